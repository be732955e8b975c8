/** PUT a file to an offered address; resolves to the HTTP status, or 0 where the connection broke. */
export function put({ url, headers }, file, onProgress) {
  return new Promise((resolve) => {
    // fetch() still cannot tell how much of a body has left.
    const request = new XMLHttpRequest();
    request.open("PUT", url);
    for (const [name, value] of Object.entries(headers)) {
      // The browser sets the length itself and refuses to be told.
      if (!/^(content-length|host)$/i.test(name)) request.setRequestHeader(name, value);
    }
    request.upload.addEventListener("progress", ({ loaded }) => onProgress(loaded));
    request.addEventListener("load", () => resolve(request.status));
    for (const trouble of ["error", "abort", "timeout"]) {
      request.addEventListener(trouble, () => resolve(0));
    }
    request.send(file);
  });
}
