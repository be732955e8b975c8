// Instants in the reader's own locale and time zone; without script they read as the server wrote them.
const day = new Intl.DateTimeFormat(undefined, { dateStyle: "long" });
const dayAndMinute = new Intl.DateTimeFormat(undefined, { dateStyle: "long", timeStyle: "short" });

export function localizeTimes(root) {
  for (const element of root.querySelectorAll("time[datetime]:not([title])")) {
    const instant = new Date(element.dateTime);
    if (Number.isNaN(instant.getTime())) continue;
    element.textContent = ("withMinutes" in element.dataset ? dayAndMinute : day).format(instant);
    element.title = dayAndMinute.format(instant);
  }
}
