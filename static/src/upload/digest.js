import { gettext } from "../i18n.js";
import { UploadError } from "./error.js";

/** Return the base64 of a file's SHA-256, which binds the upload to exactly these bytes. */
export async function digest(file) {
  let bytes;
  try {
    bytes = await file.arrayBuffer();
  } catch {
    throw new UploadError(gettext("We couldn't read this file from your device. Choose it again."));
  }
  const hash = await crypto.subtle.digest("SHA-256", bytes);
  return btoa(String.fromCharCode(...new Uint8Array(hash)));
}
