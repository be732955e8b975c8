// What a closed tab did not upload. A browser reads files again only if a person chooses them, so it keeps their names.
const KEY = "contactsheet.unfinished.";
const MOST = 1000;

/** Delete what is kept on this device, such as at a sign-out. */
export function forgetMissing(store = localStorage) {
  for (const key of Object.keys(store)) if (key.startsWith(KEY)) store.removeItem(key);
}

/** Names of files that wait in this tab, and of those that tabs of this person left when they were closed. */
export class Missing {
  constructor({ person, store = localStorage, locks = navigator.locks, id = crypto.randomUUID() }) {
    Object.assign(this, { person, store, locks, key: KEY + id, isOpen: false, isKeeping: false });
  }

  /** Keep the names of all files that would be lost now. */
  keep(names) {
    // A lock ends with its tab, however that ends. No other tab takes it.
    if (names.length && !this.isOpen) this.locks.request(this.key, () => new Promise(() => {}));
    if (names.length) this.isOpen = true;
    try {
      if (names.length) this.store.setItem(this.key, JSON.stringify({ person: this.person, names: names.slice(0, MOST) }));
      else this.store.removeItem(this.key);
    } catch {
      // A full store: uploads go on without.
    }
  }

  /** Keep the names that `read` returns, once for all that changes in one turn: thousands may be dropped at once. */
  keepSoon(read) {
    if (this.isKeeping) return;
    this.isKeeping = true;
    queueMicrotask(() => {
      this.isKeeping = false;
      this.keep(read());
    });
  }

  /** Return `{ names, forget }` of what closed tabs left. */
  async ofClosedTabs() {
    const { held } = await this.locks.query();
    const open = new Set([this.key, ...held.map(({ name }) => name)]);
    const left = Object.keys(this.store).filter((key) => key.startsWith(KEY) && !open.has(key));
    // Another tab may forget them at the same moment. What others left in this browser is theirs to forget.
    const kept = left.map((key) => [key, JSON.parse(this.store.getItem(key))]).filter(([, one]) => one?.person === this.person);
    const names = kept.flatMap(([, one]) => one.names);
    return { names, forget: () => kept.forEach(([key]) => this.store.removeItem(key)) };
  }
}
