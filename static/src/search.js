// The search box: suggestions below it, as a combobox (ARIA practices, "editable combobox with list").
import { bindKeys } from "./keys.js";

export function startSearch() {
  const box = document.querySelector("#search-box");
  const panel = document.querySelector("#suggestions");
  if (!box || !panel) return;
  const results = document.querySelector("#results");
  let active = -1;

  const options = () => [...panel.querySelectorAll("[role=option]")];

  function show(isShown) {
    panel.hidden = !isShown;
    box.setAttribute("aria-expanded", String(isShown && options().length > 0));
    if (!isShown) choose(-1);
  }

  function choose(index) {
    active = index;
    options().forEach((option, at) => option.setAttribute("aria-selected", String(at === index)));
    const chosen = options()[index];
    if (chosen) {
      box.setAttribute("aria-activedescendant", chosen.id);
      chosen.scrollIntoView({ block: "nearest" });
    } else {
      box.removeAttribute("aria-activedescendant");
    }
  }

  box.setAttribute("role", "combobox");
  box.setAttribute("aria-autocomplete", "list");
  box.setAttribute("aria-controls", "search-options");
  box.setAttribute("aria-expanded", "false");

  bindKeys(
    "search",
    {
      close() {
        if (panel.hidden) return false;
        show(false);
        return true;
      },
      option({ key }) {
        const count = options().length;
        if (!count) return false;
        show(true);
        // Above the first option is the box itself.
        choose(((active + 1 + (key === "ArrowDown" ? 1 : -1) + count + 1) % (count + 1)) - 1);
        return true;
      },
      open() {
        if (active < 0) return false;
        location.assign(options()[active].dataset.href);
        return true;
      },
    },
    { isActive: ({ target }) => target === box, inFields: true },
  );
  // Not click: the box would lose the focus and close the list before.
  panel.addEventListener("mousedown", (event) => {
    const option = event.target.closest("[role=option]");
    if (!option) return;
    event.preventDefault();
    location.assign(option.dataset.href);
  });
  panel.addEventListener("htmx:afterSwap", ({ target }) => {
    if (target !== panel) return;
    active = -1;
    show(box.value.trim() !== "" && panel.childElementCount > 0 && box.form.contains(document.activeElement));
  });
  box.form.addEventListener("focusout", ({ relatedTarget }) => {
    if (!box.form.contains(relatedTarget)) show(false);
  });
  // The results follow the box, and so does the address.
  results?.addEventListener("htmx:afterSwap", ({ target }) => {
    if (target !== results) return;
    const status = document.querySelector("[data-search-status]");
    if (status) status.textContent = results.querySelector("[data-search-outcome]")?.textContent ?? "";
    const query = box.value.trim();
    history.replaceState(null, "", query ? `?q=${encodeURIComponent(query)}` : location.pathname);
  });
}
