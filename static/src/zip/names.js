// Each file of a zip has a name that no other file of its folder has, whatever its case.
// The gallery made the names safe: see gallery/downloads/names.py.

export class Names {
  #taken = new Set();

  /** Return the path of an item: its first name that is free. The last has its id, so there is one. */
  pathOf({ folder, names }) {
    const paths = names.map((name) => (folder ? `${folder}/${name}` : name));
    const path = paths.find((each) => !this.#taken.has(folded(each))) ?? paths.at(-1);
    this.#taken.add(folded(path));
    return path;
  }
}

/** As file systems compare names that ignore case. */
export function folded(text) {
  return text.normalize("NFC").toUpperCase().toLowerCase();
}
