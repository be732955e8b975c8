// Texts for people. Django's JavaScriptCatalog translates them where its script is loaded; the source is US English.

export function gettext(text) {
  return globalThis.django?.gettext?.(text) ?? text;
}

export function ngettext(one, many, count) {
  return globalThis.django?.ngettext?.(one, many, count) ?? (count === 1 ? one : many);
}

/** The reader's own way to write numbers and dates, if it is one of the page's language; else the page's. */
export function locale(page = globalThis.document?.documentElement?.lang ?? "en", reader = globalThis.navigator?.language ?? page) {
  return reader.split("-")[0] === page.split("-")[0] ? reader : page;
}

/** Replace each `%(name)s` of the format with the value of that name. */
export function interpolate(format, values) {
  return format.replace(/%\((\w+)\)s/g, (_, name) => String(values[name]));
}
