// Photos that another app shared. Any web site can send some, too, so nothing is uploaded before a person says so.
import { gettext, interpolate, locale, ngettext } from "../i18n.js";
import { forgetShared, sharedFiles } from "../installed.js";
import { shortened } from "./names.js";

const count = new Intl.NumberFormat(locale());

export async function askAboutShared(section, addFiles) {
  const files = await sharedFiles();
  if (!files.length) return;
  section.querySelector("ul").replaceChildren(
    ...shortened(files.map(({ name }) => name)).map((name) => {
      const item = document.createElement("li");
      item.textContent = name;
      return item;
    }),
  );
  const upload = section.querySelector("[data-accept]");
  const words = ngettext("Upload %(count)s photo", "Upload %(count)s photos", files.length);
  upload.textContent = interpolate(words, { count: count.format(files.length) });
  const answer = (isWanted) => {
    section.hidden = true;
    forgetShared();
    if (isWanted) addFiles(files);
    document.querySelector("#file")?.focus();
  };
  upload.addEventListener("click", () => answer(true), { once: true });
  section.querySelector("[data-decline]").addEventListener("click", () => answer(false), { once: true });
  section.hidden = false;
  // Not the button: a key that is still held would answer.
  section.querySelector("h2").focus();
}
