// The rows of a sheet, as the browser lays them out (sheet.css): for photos that are not in the document.

/** A list item that only fills the rest of a row. It takes the room that photos leave. */
export const FILLER = null;
const FILLER_GROWS = 1000;

/**
 * Return the rows of these items as `{ start, end, height }`, in pixels; `end` is exclusive.
 *
 * `ratios` are the photos' aspect ratios (FILLER for a filler), `width` is the room for a row, `row` the height that
 * a photo wants and `gutter` the space between two.
 */
export function rowsOf(ratios, { width, row, gutter }) {
  const rows = [];
  let start = 0;
  let used = 0;
  for (const [at, ratio] of ratios.entries()) {
    const wants = (ratio ?? 0) * row;
    if (at > start && used + gutter + wants > width) {
      rows.push({ start, end: at, height: heightOf(ratios.slice(start, at), width - used, width, row) });
      [start, used] = [at, wants];
    } else {
      used += (at > start ? gutter : 0) + wants;
    }
  }
  if (ratios.length > start) {
    const last = ratios.slice(start);
    rows.push({ start, end: ratios.length, height: heightOf(last, width - used, width, row) });
  }
  return rows;
}

function heightOf(ratios, free, width, row) {
  const photos = ratios.filter((ratio) => ratio !== FILLER);
  if (!photos.length) return 0;
  // Wider than the window: the only one of its row, and it shrinks.
  if (free < 0) return width / photos[0];
  const grows = photos.reduce((sum, ratio) => sum + ratio, 0) + (photos.length < ratios.length ? FILLER_GROWS : 0);
  // Below 1, items take only that share of the room.
  return row + (free * Math.min(1, grows)) / grows;
}

/** Return the height of these rows together, with the space between them. */
export function heightOfRows(rows, gutter) {
  return rows.reduce((sum, { height }) => sum + height, 0) + gutter * (rows.length - 1);
}
