// Further pages of a list, fetched before the reader reaches the end. The link works without this.
const UNREACHABLE = "We could not load more. Check your connection, then follow this link.";

export function startPages(htmx, enhance) {
  // The policy allows neither inline styles nor evaluated code. Back and forward are the browser's own.
  Object.assign(htmx.config, {
    includeIndicatorStyles: false,
    allowEval: false,
    allowScriptTags: false,
    selfRequestsOnly: true,
    historyEnabled: false,
  });
  document.addEventListener("htmx:load", ({ detail }) => enhance(detail.elt));
  for (const trouble of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
    document.addEventListener(trouble, ({ target }) => {
      const link = target.closest?.(".more")?.querySelector("a");
      if (link) link.textContent = UNREACHABLE;
    });
  }
}
