// Load the next page of a list before the reader reaches the end. The link works without this.
import { gettext } from "./i18n.js";

export function startPages(htmx, enhance) {
  // The content security policy allows neither inline styles nor eval. The browser handles back and forward.
  Object.assign(htmx.config, {
    includeIndicatorStyles: false,
    allowEval: false,
    allowScriptTags: false,
    selfRequestsOnly: true,
    historyEnabled: false,
  });
  document.addEventListener("htmx:load", ({ detail }) => enhance(detail.elt));
  for (const failure of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
    document.addEventListener(failure, ({ target }) => {
      const link = target.closest?.(".more")?.querySelector("a");
      if (link) link.textContent = gettext("We couldn't load more photos. Check your connection, then try again.");
    });
  }
}
