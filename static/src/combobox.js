// A field with suggestions below it (ARIA practices, "editable combobox with list").
import { bindKeys } from "./keys.js";

/**
 * Make a combobox of the field. `panel` has the options, in the list with the id `listId`; `take` gets the one that a
 * person chose. Return a function that shows the panel, or hides it.
 */
export function combobox(input, panel, { listId, take }) {
  let active = -1;
  const options = () => [...panel.querySelectorAll("[role=option]")];

  function choose(index) {
    active = index;
    options().forEach((option, at) => option.setAttribute("aria-selected", String(at === index)));
    const chosen = options()[index];
    chosen?.scrollIntoView({ block: "nearest" });
    if (chosen) input.setAttribute("aria-activedescendant", chosen.id);
    else input.removeAttribute("aria-activedescendant");
  }

  function show(isShown) {
    panel.hidden = !isShown;
    input.setAttribute("aria-expanded", String(isShown && options().length > 0));
    choose(-1);
  }

  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-controls", listId);
  input.setAttribute("aria-expanded", "false");
  // Not click: the field would lose the focus and close the list before.
  panel.addEventListener("mousedown", (event) => {
    const option = event.target.closest("[role=option]");
    if (!option) return;
    event.preventDefault();
    take(option);
  });
  bindKeys(
    "search",
    {
      option({ key }) {
        const count = options().length;
        if (!count) return false;
        if (panel.hidden) show(true);
        // Above the first option is the field itself.
        choose(((active + 1 + (key === "ArrowDown" ? 1 : -1) + count + 1) % (count + 1)) - 1);
        return true;
      },
      open: () => active >= 0 && (take(options()[active]), true),
      close: () => !panel.hidden && (show(false), true),
    },
    { isActive: ({ target }) => target === input, inFields: true },
  );
  return show;
}
