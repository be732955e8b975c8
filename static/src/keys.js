// Arrow keys turn the page on a photo's own page, except where somebody is writing.
export function startKeys() {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    if (event.target.closest("input, textarea, select, .pswp")) return;
    document.querySelector(`a[data-key="${CSS.escape(event.key)}"]`)?.click();
  });
}
