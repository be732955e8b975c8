// Tags of one's own, offered while a tag is typed (ARIA practices, "editable combobox with list").
import { ask } from "./batch.js";
import { gettext } from "./i18n.js";
import { bindKeys } from "./keys.js";

const PAUSE_MS = 150;

/** Return the tag that is being typed, and what stands before it. */
export function lastTag(text) {
  const at = text.lastIndexOf(",") + 1;
  return { before: text.slice(0, at), part: text.slice(at).trim() };
}

/** Return the text with the typed part replaced by the tag, ready for the next one. */
export function withTag(text, tag) {
  const { before } = lastTag(text);
  return `${before ? `${before} ` : ""}${tag}, `;
}

export function startTagsInput(input) {
  const list = document.createElement("ul");
  Object.assign(list, { id: `${input.id}-choices`, className: "choices", hidden: true });
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", gettext("Your tags"));
  input.after(list);
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-expanded", "false");
  input.setAttribute("aria-controls", list.id);
  let timer = 0;
  let active = -1;

  const options = () => [...list.children];

  function show(isShown) {
    list.hidden = !isShown;
    input.setAttribute("aria-expanded", String(isShown));
    choose(-1);
  }

  function choose(index) {
    active = index;
    options().forEach((option, at) => option.setAttribute("aria-selected", String(at === index)));
    if (options()[index]) input.setAttribute("aria-activedescendant", options()[index].id);
    else input.removeAttribute("aria-activedescendant");
  }

  function take(option) {
    input.value = withTag(input.value, option.dataset.tag);
    show(false);
    input.dispatchEvent(new Event("input", { bubbles: true }));
  }

  async function offer() {
    const { part } = lastTag(input.value);
    let tags = [];
    try {
      if (part) ({ tags } = await ask(`${input.form.dataset.tagsUrl}?q=${encodeURIComponent(part)}`));
    } catch {
      // Typing goes on without.
    }
    if (lastTag(input.value).part !== part || document.activeElement !== input) return;
    const present = new Set(input.value.split(",").map((word) => word.trim()));
    list.replaceChildren(
      ...tags
        .filter(({ name }) => !present.has(name))
        .map(({ name }, at) => {
          const option = document.createElement("li");
          option.id = `${list.id}-${at}`;
          option.setAttribute("role", "option");
          option.dataset.tag = name;
          option.textContent = name;
          return option;
        }),
    );
    show(list.childElementCount > 0);
  }

  input.addEventListener("input", (event) => {
    clearTimeout(timer);
    // Not after a choice.
    if (event.isTrusted) timer = setTimeout(offer, PAUSE_MS);
  });
  input.addEventListener("blur", () => show(false));
  list.addEventListener("mousedown", (event) => {
    event.preventDefault();
    const option = event.target.closest("[role=option]");
    if (option) take(option);
  });
  bindKeys(
    "search",
    {
      option({ key }) {
        const count = list.hidden ? 0 : options().length;
        if (!count) return false;
        // Above the first option is the field itself.
        choose(((active + 1 + (key === "ArrowDown" ? 1 : -1) + count + 1) % (count + 1)) - 1);
        return true;
      },
      open: () => active >= 0 && (take(options()[active]), true),
      close: () => !list.hidden && (show(false), true),
    },
    { isActive: ({ target }) => target === input, inFields: true },
  );
}
