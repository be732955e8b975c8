// The search box: suggestions below it, as a combobox (ARIA practices, "editable combobox with list").
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

  box.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const count = options().length;
    if (event.key === "Escape" && !panel.hidden) {
      event.preventDefault();
      show(false);
    } else if (count && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      show(true);
      // Above the first option is the box itself.
      const step = event.key === "ArrowDown" ? 1 : -1;
      choose(((active + 1 + step + count + 1) % (count + 1)) - 1);
    } else if (event.key === "Enter" && active >= 0) {
      event.preventDefault();
      location.assign(options()[active].dataset.href);
    }
  });
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
