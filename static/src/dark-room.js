// The neutral dark room: photos on near-black, in light mode too, where a person wants it.
const CHOSEN = "contactsheet.dark-room";
const root = document.documentElement;

const isChosen = () => localStorage.getItem(CHOSEN) === "1";

/** Darken the page if that was chosen. Return a function that ends it. */
export function enterRoom() {
  root.classList.toggle("dark-room", isChosen());
  // The photo's own page stays as it is chosen.
  return () => document.querySelector(".photo-page") || root.classList.remove("dark-room");
}

/** Choose the other room, and return whether it is dark now. */
export function toggleRoom() {
  localStorage.setItem(CHOSEN, isChosen() ? "0" : "1");
  enterRoom();
  return isChosen();
}

/** Keep the button's state as what is chosen. */
export function showRoom(button) {
  button.setAttribute("aria-pressed", String(isChosen()));
}
