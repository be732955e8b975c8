/** Return the sides of the picture in the file, upright, in pixels; nothing if this browser can't read it. */
export async function shapeOf(file) {
  const image = new Image();
  const url = URL.createObjectURL(file);
  const isRead = new Promise((resolve) => {
    image.addEventListener("load", () => resolve(true));
    image.addEventListener("error", () => resolve(false));
  });
  image.src = url;
  const shape = (await isRead) && image.naturalWidth ? { width: image.naturalWidth, height: image.naturalHeight } : {};
  URL.revokeObjectURL(url);
  return shape;
}
