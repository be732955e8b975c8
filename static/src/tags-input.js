// Tags of one's own, offered while a tag is typed.
import { ask } from "./batch.js";
import { combobox } from "./combobox.js";
import { gettext } from "./i18n.js";

const PAUSE_MS = 150;

/** Return the tag that is being typed, and what stands before it. */
export function lastTag(text) {
  const at = text.search(/[^,，、،]*$/);
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
  let timer = 0;
  const show = combobox(input, list, {
    listId: list.id,
    take(option) {
      input.value = withTag(input.value, option.dataset.tag);
      list.replaceChildren();
      show(false);
      input.dispatchEvent(new Event("input", { bubbles: true }));
    },
  });

  async function offer() {
    const { part } = lastTag(input.value);
    let tags = [];
    try {
      if (part) ({ tags } = await ask(`${input.form.dataset.tagsUrl}?q=${encodeURIComponent(part)}`));
    } catch {
      // Typing goes on without.
    }
    if (lastTag(input.value).part !== part || document.activeElement !== input) return;
    const present = new Set(input.value.split(/[,，、،]/).map((word) => word.trim()));
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
}
