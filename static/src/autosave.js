// Save a form while a person edits it, say how it stands, and take the last change back.
import { ask } from "./batch.js";
import { gettext } from "./i18n.js";
import { say } from "./say.js";
import { startTagsInput } from "./tags-input.js";

const PAUSE_MS = 1200;

/** What is in the form and what is saved. `read` and `write` are of the form's values as a text, `send` saves such a text. */
export class Autosave {
  constructor({ read, write, send, show, saved = read(), pauseMs = PAUSE_MS }) {
    Object.assign(this, { read, write, send, show, saved, pauseMs });
    this.before = null;
    this.isBusy = false;
    this.timer = 0;
  }

  get isDirty() {
    return this.read() !== this.saved;
  }

  /** A person types: save at the next pause. */
  changed() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), this.pauseMs);
  }

  /** Save what is in the form now, and again what changed meanwhile. */
  async save({ undoes = false } = {}) {
    clearTimeout(this.timer);
    if (this.isBusy || !this.isDirty) return;
    this.isBusy = true;
    const wanted = this.read();
    this.show("saving");
    try {
      const answer = await this.send(wanted);
      this.before = undoes ? null : this.saved;
      this.saved = wanted;
      this.isBusy = false;
      this.show(undoes ? "undone" : "saved", { answer, canUndo: this.before !== null });
    } catch ({ message }) {
      this.isBusy = false;
      this.show("failed", { message });
      return;
    }
    await this.save();
  }

  async undo() {
    if (this.before === null || this.isBusy) return;
    this.write(this.before);
    await this.save({ undoes: true });
  }
}

const SENTENCES = {
  unsaved: () => gettext("Not saved yet."),
  saving: () => gettext("Saving…"),
  saved: () => gettext("Saved."),
  undone: () => gettext("Undone."),
};

/** Return the form's values as a text, without its token. */
function valuesOf(form) {
  const values = new URLSearchParams(new FormData(form));
  values.delete("csrfmiddlewaretoken");
  return values.toString();
}

function fill(form, text) {
  const values = new URLSearchParams(text);
  for (const field of form.elements) {
    if (!field.name || field.name === "csrfmiddlewaretoken") continue;
    if (field.type === "checkbox") field.checked = values.getAll(field.name).includes(field.value);
    else field.value = values.get(field.name) ?? "";
  }
}

/** Show on the page what the gallery says of the photo now. */
function showOnPage({ heading, alt, state_sentence: state, tags }) {
  const main = document.querySelector("main");
  main.querySelector(".about h1").textContent = heading;
  document.querySelector(".photo img")?.setAttribute("alt", alt);
  const sentence = main.querySelector("[data-state-sentence]");
  if (sentence) sentence.textContent = state;
  const line = main.querySelector("[data-tags]");
  line.hidden = !tags.length;
  line.replaceChildren(
    ...tags.map(({ name, url }) => {
      const link = document.createElement("a");
      link.href = url;
      link.textContent = name;
      return link;
    }),
  );
}

/** Name the albums that are checked, where the list of them is folded. */
function showAlbums(form) {
  const line = form.querySelector("[data-in-albums]");
  const checked = [...form.querySelectorAll("input[name=albums]:checked")];
  if (line) line.textContent = checked.map(({ labels }) => labels[0].textContent.trim()).join(", ");
}

/**
 * Return what is saved: what the form came with. A person may have edited it before this script came. A page that is
 * opened again has what its form had, which was saved when it was left; what a moderator reads was not.
 */
function savedOf(form) {
  const isOpened = performance.getEntriesByType("navigation")[0]?.type === "navigate";
  if (!isOpened && !("reviewed" in form.dataset)) return valuesOf(form);
  const copy = form.cloneNode(true);
  copy.reset();
  return valuesOf(copy);
}

function enhance(form) {
  // New words that a moderator reads are sent when their owner is done with them.
  const isReviewed = "reviewed" in form.dataset;
  const line = document.createElement("p");
  line.className = "save-state small";
  const text = document.createElement("span");
  const button = (words, act) => {
    const made = document.createElement("button");
    Object.assign(made, { type: "button", className: "as-link", textContent: words, hidden: true });
    made.addEventListener("click", act);
    return made;
  };
  const undo = button(gettext("Undo"), () => autosave.undo());
  const again = button(gettext("Try again"), () => autosave.save());
  line.append(text, undo, again);
  form.querySelector(".saving").append(line);
  form.classList.toggle("saves-itself", !isReviewed);

  function show(state, { answer, message = "", canUndo = false } = {}) {
    line.dataset.state = state;
    text.textContent = message
      ? `${gettext("Not saved.")} ${message}`
      : answer?.waits
        ? answer.sentence
        : SENTENCES[state]();
    say(text.textContent);
    // A hidden button would lose the focus.
    if (document.activeElement === undo && !canUndo) form.querySelector("input:not([type=hidden]), textarea").focus();
    undo.hidden = !canUndo;
    again.hidden = state !== "failed";
    if (answer) showOnPage(answer);
    if (answer) showAlbums(form);
  }

  const autosave = new Autosave({
    saved: savedOf(form),
    read: () => valuesOf(form),
    write: (values) => fill(form, values),
    send: (values) => ask(form.action, new URLSearchParams(values)),
    show,
  });
  form.addEventListener("input", () => {
    if (!isReviewed) autosave.changed();
    else if (autosave.isDirty) show("unsaved");
  });
  form.addEventListener("change", () => {
    if (!isReviewed) autosave.save();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    autosave.save();
  });
  window.addEventListener("online", () => {
    if (line.dataset.state === "failed") autosave.save();
  });
  window.addEventListener("beforeunload", (event) => {
    if (!autosave.isDirty && !autosave.isBusy) return;
    // The answer to what is being saved would not be heard: it may be a refusal.
    if (isReviewed || autosave.isBusy) event.preventDefault();
    // The form has its token, and the gallery goes on without the page.
    else navigator.sendBeacon(form.action, new FormData(form));
  });
  if (autosave.isDirty) form.dispatchEvent(new Event("input"));
}

export function startAutosave() {
  for (const form of document.querySelectorAll("form[data-autosave]")) enhance(form);
  for (const input of document.querySelectorAll("[data-tags-input]")) startTagsInput(input);
}
