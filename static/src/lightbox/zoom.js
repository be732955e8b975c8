// How large a photo is in the lightbox, and its original where a large rendition is not enough.
import { detailsOf } from "./details.js";

/** A photo that is smaller than the window is shown at most twice its size. */
const MOST_ENLARGED = 2;
const SHOWN_EVERYWHERE = new Set(["image/jpeg", "image/png", "image/webp", "image/avif", "image/gif", "image/bmp"]);
/** Rotation and cropping aside, two sizes of one photo differ by rounding only. */
const SAME_SHAPE = 0.02;

/** Return the zoom level at which all of the photo is seen. */
const whole = ({ panAreaSize: room, elementSize: size }) => Math.min(MOST_ENLARGED, room.x / size.x, room.y / size.y);

export const ZOOM_LEVELS = {
  initialZoomLevel: whole,
  // One pixel of the photo is one of the screen.
  secondaryZoomLevel: (levels) => Math.max(whole(levels), 1 / devicePixelRatio),
  maxZoomLevel: (levels) => Math.max(whole(levels), 1),
};

const shown = new Set(SHOWN_EVERYWHERE);
for (const [type, decoder] of [["image/heif", "image/heic"], ["image/tiff", "image/tiff"]]) {
  globalThis.ImageDecoder?.isTypeSupported(decoder).then((isSupported) => isSupported && shown.add(type));
}

/** Return whether this browser shows pictures of this type, as far as it tells. */
export const isShown = (type) => shown.has(type);

/** Return whether the zoom wants more pixels than the largest rendition has. */
export function wantsOriginal({ data, width, currZoomLevel, zoomLevels }) {
  return (
    Boolean(data.hasOriginal) &&
    currZoomLevel > zoomLevels.initial &&
    currZoomLevel * width * devicePixelRatio > data.renditionWidth
  );
}

async function originalOf(data) {
  const { original_url: url } = await detailsOf(data.element);
  if (!url) return null;
  const image = new Image();
  image.src = url;
  await image.decode();
  const isSame = Math.abs(image.naturalWidth / image.naturalHeight / (data.width / data.height) - 1) < SAME_SHAPE;
  return isSame ? image : null;
}

/** Show the original in place of the rendition as soon as the zoom wants its pixels. */
export function useOriginals(pswp) {
  const asked = new WeakSet();
  const loading = new WeakSet();
  pswp.addFilter("isContentLoading", (isLoading, content) => isLoading || loading.has(content));
  pswp.on("zoomLevelsUpdate", ({ zoomLevels }) => {
    // PhotoSwipe knows no photo that is enlarged to begin with: it would drag it about.
    zoomLevels.fit = zoomLevels.initial;
    zoomLevels.min = zoomLevels.initial;
  });
  pswp.on("zoomPanUpdate", async ({ slide }) => {
    const { content, data } = slide;
    if (asked.has(content) || !wantsOriginal(slide) || navigator.connection?.saveData) return;
    asked.add(content);
    loading.add(content);
    pswp.ui?.updatePreloaderVisibility();
    try {
      const image = await originalOf(data);
      if (image && content.element?.isConnected) replace(content, image);
    } catch {
      // The rendition stays.
    }
    loading.delete(content);
    if (!pswp.isDestroying) pswp.ui?.updatePreloaderVisibility();
  });
}

function replace(content, image) {
  const shown = content.element;
  image.className = shown.className;
  image.alt = shown.alt;
  image.dataset.original = "";
  image.style.width = shown.style.width;
  image.style.height = shown.style.height;
  (shown.closest("picture") ?? shown).replaceWith(image);
  content.element = image;
}
