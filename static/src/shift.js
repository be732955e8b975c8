// The panel that shifts dates: show what the first selected photo's date becomes.
import { gettext, interpolate, locale } from "./i18n.js";

// A wall clock has no zone, and so no hour that summer time leaves out.
const clock = new Intl.DateTimeFormat(locale(), { dateStyle: "medium", timeStyle: "short", timeZone: "UTC" });
const MINUTE_MS = 60_000;

function shiftMs(panel) {
  const [days, hours, minutes] = ["days", "hours", "minutes"].map((name) => Number(panel.querySelector(`[name=${name}]`).value));
  const sign = panel.querySelector("[name=direction]").value === "earlier" ? -1 : 1;
  return sign * ((days * 24 + hours) * 60 + minutes) * MINUTE_MS;
}

/** `first` returns the first selected tile that is on the page, if there is one. */
export function previewShift(panel, first) {
  const place = panel.querySelector("[data-preview]");
  const show = () => {
    const taken = first()?.dataset.taken;
    const before = new Date(`${taken}Z`);
    const after = new Date(before.getTime() + shiftMs(panel));
    const values = { before, after };
    for (const [name, value] of Object.entries(values)) values[name] = Number.isNaN(value.getTime()) ? "" : clock.format(value);
    if (!taken) place.textContent = gettext("The first selected photo has no date. It will keep none.");
    else place.textContent = interpolate(gettext("First photo: %(before)s → %(after)s"), values);
  };
  panel.addEventListener("input", show);
  panel.addEventListener("toggle", () => panel.open && show());
}
