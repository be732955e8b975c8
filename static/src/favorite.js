// The mark of a favorite: on tiles of one's own photos, in the lightbox, and by the key "f".
import { ask } from "./batch.js";
import { gettext } from "./i18n.js";

/** Only one's own photos can be marked. */
export const canBeFavorite = (tile) => Boolean(tile?.dataset.favorite);
export const isFavorite = (tile) => tile?.dataset.favorite === "yes";

export function showFavorite(tile, wanted) {
  if (isFavorite(tile) === wanted) return;
  tile.dataset.favorite = wanted ? "yes" : "no";
  tile.querySelector("[data-favorite-words]").textContent = wanted ? gettext("Favorite.") : "";
  tile.querySelector("[data-mark-favorite]")?.remove();
  const mark = document.querySelector("template[data-mark-of=favorite]");
  if (wanted && mark) tile.append(mark.content.cloneNode(true));
}

/** Mark the photo at once, and take it back if the gallery refuses. Return the sentence. */
export async function setFavorite(tile, wanted) {
  showFavorite(tile, wanted);
  const body = new FormData();
  body.set("favorite", wanted ? "yes" : "no");
  try {
    return (await ask(`${tile.querySelector("a").pathname}favorite/`, body)).sentence;
  } catch (problem) {
    showFavorite(tile, !wanted);
    return problem.message;
  }
}
