// A button beside a password that shows what was typed. Without it, the field is an ordinary one.
import { gettext } from "./i18n.js";

/** Add the button to each password that is typed only once. */
export function enhancePasswords(root) {
  for (const input of root.querySelectorAll("input[type=password][data-reveal]")) {
    // Parts of a page may be enhanced more than once.
    delete input.dataset.reveal;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "quiet";
    button.setAttribute("aria-controls", input.id);
    const show = (isShown) => {
      input.type = isShown ? "text" : "password";
      button.textContent = isShown ? gettext("Hide") : gettext("Show");
      button.setAttribute("aria-label", isShown ? gettext("Hide password") : gettext("Show password"));
    };
    button.addEventListener("click", () => {
      show(input.type === "password");
      input.focus();
    });
    // A password manager must not find a readable field, nor store it as a text.
    input.form?.addEventListener("submit", () => show(false));
    const line = document.createElement("span");
    line.className = "reveal";
    input.replaceWith(line);
    line.append(input, button);
    show(false);
  }
}
