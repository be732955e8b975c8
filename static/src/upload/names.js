// Names of files, some of many.
import { interpolate, locale, ngettext } from "../i18n.js";

const NAMED = 5;
const count = new Intl.NumberFormat(locale());

/** Return the first names, and how many others there are. */
export function shortened(names, named = NAMED) {
  const shown = names.slice(0, named);
  const others = names.length - shown.length;
  if (others) shown.push(interpolate(ngettext("%(count)s more", "%(count)s more", others), { count: count.format(others) }));
  return shown;
}
