// Photos that another app shared. Any web site can send some, too, so nothing is uploaded before a person says so.
import { gettext, interpolate, ngettext } from "../i18n.js";
import { forgetShared, sharedFiles } from "../installed.js";

const NAMED = 5;
const count = new Intl.NumberFormat();

/** Return the names of some files, and how many others there are. */
export function namesOf(files, named = NAMED) {
  const names = files.slice(0, named).map(({ name }) => name);
  const others = files.length - names.length;
  if (others) names.push(interpolate(ngettext("%(count)s more", "%(count)s more", others), { count: count.format(others) }));
  return names;
}

export async function askAboutShared(section, addFiles) {
  const files = await sharedFiles();
  if (!files.length) return;
  section.querySelector("ul").replaceChildren(
    ...namesOf(files).map((name) => {
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
