// The help on keys ("?"): the rows of the table, and nothing else.
import { gettext } from "./i18n.js";
import { helpOf } from "./keys.js";

function make(name, facts = {}, ...children) {
  const element = Object.assign(document.createElement(name), facts);
  element.append(...children);
  return element;
}

function dialogOf() {
  const title = make("h2", { id: "keys-title", textContent: gettext("Keys") });
  const close = make("button", { type: "button", className: "as-link", textContent: gettext("Close") });
  const groups = helpOf().map(([name, rows]) =>
    make(
      "section",
      {},
      make("h3", { textContent: name }),
      make(
        "dl",
        {},
        ...rows.flatMap(([keys, says]) => [
          make("dt", {}, ...keys.map((key) => make("kbd", { textContent: key }))),
          make("dd", { textContent: says }),
        ]),
      ),
    ),
  );
  const dialog = make("dialog", { className: "keys-help" }, make("div", { className: "head" }, title, close), make("div", { className: "groups" }, ...groups));
  dialog.setAttribute("aria-labelledby", title.id);
  close.addEventListener("click", () => dialog.close());
  // A click beside the dialog closes it, as elsewhere.
  dialog.addEventListener("click", ({ target }) => target === dialog && dialog.close());
  return dialog;
}

/** Show the help, or close it. The focus goes back to where it was. */
export function toggleHelp() {
  const shown = document.querySelector("dialog.keys-help");
  if (shown) {
    shown.close();
    return;
  }
  const dialog = dialogOf();
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}
