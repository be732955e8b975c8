// Images in a <picture>: browsers that can't show AVIF skip the <source> and take the WebP beside it.

/** Return the image's <picture> with its <source>, putting the image into one if it has none. */
function pictureOf(image) {
  const found = image.closest("picture");
  if (found?.querySelector("source")) return found;
  const picture = found ?? document.createElement("picture");
  const source = document.createElement("source");
  source.type = "image/avif";
  picture.append(source, image);
  return picture;
}

/** Give an image its addresses, and return the <picture> that it is in. */
export function setAddresses(image, { src, srcset = "", avifSrcset = "", sizes = image.sizes }) {
  const picture = pictureOf(image);
  const source = picture.querySelector("source");
  source.sizes = sizes;
  source.srcset = avifSrcset;
  // The source goes first: an image without one would start to load its own address.
  image.sizes = sizes;
  if (srcset) image.srcset = srcset;
  image.src = src;
  return picture;
}

/** The addresses of a photo as the status page returns them. */
export const addressesOf = ({ src, srcset, avif_srcset: avifSrcset }) => ({ src, srcset, avifSrcset });

/** The link that shows a photo in the full window: in its tile, or below the picture on the photo's own page. */
export const fullLinkOf = (holder) =>
  holder.matches("[data-full-src]")
    ? holder
    : (holder.querySelector("[data-full-src]") ?? holder.parentElement?.querySelector("a[data-enlarge]"));
