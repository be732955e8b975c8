// What can be done with the photo in the lightbox: trash and take back, share, download.
import { ask, finished } from "../batch.js";
import { canBeFavorite, isFavorite, setFavorite } from "../favorite.js";
import { gettext } from "../i18n.js";
import { say } from "../say.js";
import { follow } from "../status.js";
import { enhanceTiles } from "../tiles.js";
import { ICONS } from "./icons.js";

const VISIBLE = { favorite: "mine", trash: "mine", download: "download", share: "public" };

export function addActions(pswp, { links, current, close }) {
  const elements = {};
  const said = saidLine(pswp, () => actions.undo());
  /** What was done last: with which tile, what was before it, and the address that takes it back. */
  let before = null;
  let isBusy = false;

  async function once(act) {
    if (isBusy) return;
    isBusy = true;
    try {
      await act();
    } catch ({ message }) {
      said.show(message);
    }
    isBusy = false;
  }

  const tileNow = () => current()?.closest(".tile");
  const showFavorite = () => elements.favorite.setAttribute("aria-pressed", String(isFavorite(tileNow())));

  /** Do one thing with the photo in sight, as with many that are selected. Its tile `leaves` the list, or stays. */
  const act = (name, { leaves = false } = {}) =>
    once(async () => {
      const link = current();
      const tile = link?.closest(".tile");
      if (!tile || !("mine" in link.dataset)) return;
      const body = new FormData();
      body.set("act", name);
      body.set("photos", tile.dataset.photoId);
      const batch = await finished(await ask(document.body.dataset.batchUrl, body), () => {});
      if (!batch.done) {
        said.show(batch.refused.map((one) => one.sentence).join(" "));
        return;
      }
      const turns = name.startsWith("rotate");
      before = { tile, link, previous: tile.previousElementSibling, leaves, turns, undoUrl: batch.undo_url };
      if (leaves) leave(tile, link);
      if (turns) awaitTurn(tile, link);
      said.show(batch.sentence, { undo: Boolean(batch.undo_url) });
    });

  const actions = {
    trash: () => act("trash", { leaves: true }),
    /** As the bar of the selection does on this page: archive, or take out of the archive. */
    archive: () => {
      const button = document.querySelector("#selection [value$=archive]");
      return Boolean(button) && void act(button.value, { leaves: "leaves" in button.dataset });
    },
    rotate: (side) => act(`rotate_${side}`),
    favorite: async () => {
      const tile = tileNow();
      if (!canBeFavorite(tile)) return;
      const done = setFavorite(tile, !isFavorite(tile));
      showFavorite();
      const sentence = await done;
      showFavorite();
      if (tile === tileNow()) said.show(sentence);
    },
    undo: () =>
      once(async () => {
        if (!before?.undoUrl) return;
        const { tile, link, previous, leaves, turns, undoUrl } = before;
        const batch = await finished(await ask(undoUrl, new FormData()), () => {});
        if (batch.done && leaves && !tile.isConnected) {
          if (previous?.isConnected) previous.after(tile);
          else document.querySelector("ul.sheet")?.prepend(tile);
          refresh(links.indexOf(link));
        }
        if (batch.done && turns) awaitTurn(tile, link);
        before = null;
        said.show(batch.sentence);
      }),
  };

  /**
   * Take the tile away, and show the next photo in its place: the one before it, if it was the last. While the gallery
   * worked, a person may have gone on to another photo, which stays.
   */
  function leave(tile, link) {
    const isOnly = links.length === 1;
    const index = links.indexOf(link);
    const shown = current();
    tile.remove();
    if (isOnly) close();
    else refresh(shown === link ? Math.min(index, links.length - 1) : links.indexOf(shown));
  }

  /** Show the photo as it is turned, once the worker has turned it: here too, if it is still in sight. */
  function awaitTurn(tile, link) {
    tile.dataset.turning = "";
    enhanceTiles(tile);
    const { fullSrc } = link.dataset;
    follow(tile.dataset.photoId, () => {
      if (current() === link && link.dataset.fullSrc !== fullSrc) refresh(links.indexOf(link));
    });
  }

  /** Show what the list has at this index now. All that PhotoSwipe keeps by index is of the list before. */
  function refresh(index) {
    if (index < 0 || pswp.isDestroying) return;
    pswp.contentLoader.destroy();
    pswp.currIndex = index;
    pswp.potentialIndex = index;
    pswp.mainScroll.itemHolders.forEach((holder, at) => pswp.setContent(holder, index - 1 + at, true));
    pswp.currSlide?.setIsActive(true);
    pswp.contentLoader.updateLazy();
    pswp.dispatch("change");
  }

  async function share() {
    const link = current();
    const url = new URL(".", link.href).href;
    if (navigator.share) {
      // Closing the system's own window is not a failure.
      await navigator.share({ url, title: document.title }).catch(() => {});
      return;
    }
    await navigator.clipboard.writeText(url);
    said.show(gettext("Link copied."));
  }

  const button = (name, title, order, facts) =>
    pswp.ui.registerElement({
      name,
      title,
      order,
      isButton: true,
      html: ICONS[name],
      onInit: (made) => {
        elements[name] = made;
      },
      ...facts,
    });

  pswp.on("uiRegister", () => {
    button("favorite", gettext("Favorite"), 8, { onClick: actions.favorite });
    button("download", gettext("Download original"), 11, { tagName: "a" });
    button("share", gettext("Share"), 12, { onClick: () => once(share) });
    button("trash", gettext("Move to trash"), 13, { onClick: actions.trash });
  });
  pswp.on("change", () => {
    const link = current();
    for (const [name, fact] of Object.entries(VISIBLE)) elements[name].hidden = !link || !(fact in link.dataset);
    showFavorite();
    // On the photo's own page there is no next photo, and the buttons are beside it.
    if (!tileNow()) elements.trash.hidden = elements.favorite.hidden = true;
    const kind = link?.dataset.download;
    if (kind) {
      elements.download.href = new URL(`${kind}/`, link.href).href;
      elements.download.title = downloadTitle(kind, "mine" in link.dataset);
      elements.download.setAttribute("aria-label", elements.download.title);
    }
  });
  return actions;
}

/** Others get the largest picture of a public photo, and by a share perhaps a copy of the original. */
function downloadTitle(kind, isMine) {
  if (kind === "picture") return gettext("Download picture");
  return isMine ? gettext("Download original") : gettext("Download");
}

/** A line in the bar below the photo, so that it covers none. */
function saidLine(pswp, undo) {
  const line = document.createElement("p");
  line.className = "said";
  const text = document.createElement("span");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "as-link";
  button.textContent = gettext("Undo");
  button.hidden = true;
  button.addEventListener("click", undo);
  line.append(text, button);
  pswp.on("afterInit", () => pswp.element.querySelector(".legend-line")?.prepend(line));
  const show = (sentence, { undo: canUndo = false } = {}) => {
    text.textContent = sentence;
    say(sentence);
    button.hidden = !canUndo;
    pswp.element?.classList.toggle("says", Boolean(sentence));
  };
  pswp.on("change", () => {
    if (text.textContent) show("");
  });
  return { show };
}
