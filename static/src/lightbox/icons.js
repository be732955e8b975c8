// Icons of the lightbox's bar, as PhotoSwipe draws its own: 32 × 32, filled.
const icon = (inner) => ({ isCustomSVG: true, inner });

export const ICONS = {
  favorite: icon('<path d="M16 26C9 20.8 5 16.7 5 12.2A5.7 5.7 0 0 1 16 9.4 5.7 5.7 0 0 1 27 12.2C27 16.7 23 20.8 16 26Z"/>'),
  info: icon('<path d="M16 5a11 11 0 1 0 0 22 11 11 0 0 0 0-22zm0 2a9 9 0 1 1 0 18 9 9 0 0 1 0-18zm-1.2 7.5h2.4V22h-2.4zm1.2-4.7a1.4 1.4 0 1 1 0 2.8 1.4 1.4 0 0 1 0-2.8z"/>'),
  play: icon('<path class="when-paused" d="M11 7v18l14-9zm2 3.7 8.2 5.3L13 21.300z"/><path class="when-running" d="M10 8h3.500v16H10zm8.5 0H22v16h-3.500z"/>'),
  download: icon('<path d="M15 6h2v10.200l4-4 1.4 1.400L16 20l-6.4-6.400L11 12.200l4 4zM8 22h16v2H8z"/>'),
  share: icon('<path d="M16 5l5 5-1.4 1.400L17 8.800V19h-2V8.800l-2.6 2.600L11 10zM9 13h3v2h-2v9h12v-9h-2v-2h3a1 1 0 0 1 1 1v11a1 1 0 0 1-1 1H9a1 1 0 0 1-1-1V14a1 1 0 0 1 1-1z"/>'),
  trash: icon('<path d="M13 6h6v2h5v2H8V8h5zm-3.5 5.500h2L12.3 24h7.400l.8-12.500h2L21.6 26H10.400zM14 12.500h1.500v9.500H14zm2.5 0H18v9.500h-1.500z"/>'),
};

/** The bar of the plus goes away while the photo is zoomed. */
export const ZOOM_ICON =
  '<svg aria-hidden="true" class="pswp__icn" viewBox="0 0 32 32" width="32" height="32">' +
  '<path d="M14 5a9 9 0 1 0 5.6 16l5.7 5.7 1.4-1.4-5.7-5.700A9 9 0 0 0 14 5zm0 2a7 7 0 1 1 0 14 7 7 0 0 1 0-14z"/>' +
  '<path d="M10 13h8v2h-8z"/><path class="pswp__zoom-icn-bar-v" d="M13 10h2v8h-2z"/></svg>';
