// Files can be dropped anywhere in the window, or pasted.
const folders = new WeakMap();

/** Return the folder that the file was dropped in, one for each drop: `{ name, path }`; null if it was dropped by itself. */
export const folderOf = (file) => folders.get(file) ?? null;

const carriesFiles = (transfer) => [...(transfer?.types ?? [])].includes("Files");

async function filesUnder(entry, parent = null) {
  if (entry.isFile) {
    const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
    folders.set(file, parent);
    return [file];
  }
  const folder = { name: entry.name, path: [...(parent?.path ?? []), entry.name] };
  const reader = entry.createReader();
  const files = [];
  // A reader returns entries in batches; an empty batch is the end.
  for (;;) {
    const entries = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!entries.length) return files;
    for (const child of entries) if (!child.name.startsWith(".")) files.push(...(await filesUnder(child, folder)));
  }
}

async function dropped(transfer) {
  // Entries are available only during the event: no await before this line.
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  const plain = [...transfer.files];
  if (!entries.some((entry) => entry.isDirectory)) return plain;
  return (await Promise.all(entries.map((entry) => filesUnder(entry)))).flat();
}

export function startDrop(overlay, addFiles) {
  let depth = 0;
  const show = (count) => {
    depth = Math.max(0, count);
    overlay.hidden = depth === 0;
  };
  window.addEventListener("dragenter", (event) => carriesFiles(event.dataTransfer) && show(depth + 1));
  window.addEventListener("dragleave", (event) => carriesFiles(event.dataTransfer) && show(depth - 1));
  window.addEventListener("dragover", (event) => {
    if (carriesFiles(event.dataTransfer)) event.preventDefault();
  });
  window.addEventListener("drop", async (event) => {
    if (!carriesFiles(event.dataTransfer)) return;
    event.preventDefault();
    show(0);
    addFiles(await dropped(event.dataTransfer));
  });
  window.addEventListener("paste", ({ clipboardData }) => {
    if (clipboardData?.files.length) addFiles([...clipboardData.files]);
  });
}
