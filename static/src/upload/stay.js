// Leaving the page ends its uploads. Meanwhile links open beside it, and the browser asks before it is closed.

/** Return whether following the link would replace this page. */
function leaves(link, event) {
  const opensElsewhere = event.button || event.ctrlKey || event.metaKey || event.shiftKey || link.target;
  if (opensElsewhere || link.hasAttribute("download")) return false;
  const isHere = link.pathname === location.pathname && link.search === location.search && link.hash;
  return link.origin === location.origin && !isHere;
}

export function startStay(uploads) {
  // After other listeners, such as the lightbox, which prevent that the link is followed.
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href]");
    if (!uploads.unfinished || event.defaultPrevented || !link || !leaves(link, event)) return;
    link.target = "_blank";
    setTimeout(() => link.removeAttribute("target"));
  });
  window.addEventListener("beforeunload", (event) => {
    if (uploads.unfinished) event.preventDefault();
  });
}
