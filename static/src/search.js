// The search box: suggestions below it, and results that follow it.
import { combobox } from "./combobox.js";
import { say } from "./say.js";

export function startSearch() {
  const box = document.querySelector("#search-box");
  const panel = document.querySelector("#suggestions");
  if (!box || !panel) return;
  const results = document.querySelector("#results");
  const show = combobox(box, panel, {
    listId: "search-options",
    take: (option) => location.assign(option.dataset.href),
  });
  panel.addEventListener("htmx:afterSwap", ({ target }) => {
    if (target !== panel) return;
    show(box.value.trim() !== "" && panel.childElementCount > 0 && box.form.contains(document.activeElement));
  });
  box.form.addEventListener("focusout", ({ relatedTarget }) => {
    if (!box.form.contains(relatedTarget)) show(false);
  });
  // The results follow the box, and so does the address.
  results?.addEventListener("htmx:afterSwap", ({ target }) => {
    if (target !== results) return;
    say(results.querySelector("[data-search-outcome]")?.textContent);
    const query = box.value.trim();
    history.replaceState(null, "", query ? `?q=${encodeURIComponent(query)}` : location.pathname);
  });
}
