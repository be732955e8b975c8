// The review page by keyboard: j and k move, x selects, other keys press the buttons labeled with them.
"use strict";

{
  const tiles = [...document.querySelectorAll("[data-tile]")];
  const count = document.querySelector("[data-chosen-count]");
  let current = -1;

  const box = (tile) => tile.querySelector("input[type=checkbox]");

  const say = () => {
    const chosen = tiles.filter((tile) => box(tile).checked);
    for (const tile of tiles) tile.classList.toggle("chosen", box(tile).checked);
    if (count) count.textContent = chosen.length ? count.dataset.chosenCount.replace("{count}", chosen.length) : "";
  };

  const move = (by) => {
    if (!tiles.length) return;
    current = Math.min(Math.max(current + by, 0), tiles.length - 1);
    box(tiles[current]).focus({ preventScroll: true });
    tiles[current].scrollIntoView({ block: "nearest" });
  };

  // The focused photo is selected if none is, so that one photo takes one key.
  const chooseCurrent = () => {
    if (current >= 0 && !tiles.some((tile) => box(tile).checked)) box(tiles[current]).checked = true;
    say();
  };

  const press = (key) => {
    const button = document.querySelector(`button[data-key="${key}"]`);
    if (!button) return false;
    if (button.closest("#desk")) chooseCurrent();
    button.click();
    return true;
  };

  const acts = {
    j: () => move(1),
    k: () => move(-1),
    x: () => current >= 0 && box(tiles[current]).click(),
    o: () => current >= 0 && tiles[current].querySelector("a").click(),
    "/": () => document.getElementById("searchbar")?.focus(),
  };

  const isTyping = (element) => element.matches("textarea, select, input:not([type=checkbox])");

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat && !"jk".includes(event.key)) return;
    if (isTyping(event.target)) return;
    if (event.key in acts) {
      acts[event.key]();
      event.preventDefault();
    } else if (/^[abru]$/.test(event.key) && press(event.key)) {
      event.preventDefault();
    }
  });

  document.addEventListener("change", say);
  document.addEventListener("focusin", (event) => {
    const tile = event.target.closest("[data-tile]");
    if (tile) current = tiles.indexOf(tile);
  });
  // A page restored from the back/forward cache may have checked boxes.
  window.addEventListener("pageshow", say);
}
