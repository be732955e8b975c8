/** PUT a file to an offered address; resolve to the HTTP status, or 0 if the connection failed. */
export function put({ url, headers }, file, onProgress) {
  return new Promise((resolve) => {
    // fetch() has no upload progress.
    const request = new XMLHttpRequest();
    request.open("PUT", url);
    for (const [name, value] of Object.entries(headers)) {
      // The browser sets these two itself and does not allow scripts to.
      if (!/^(content-length|host)$/i.test(name)) request.setRequestHeader(name, value);
    }
    request.upload.addEventListener("progress", ({ loaded }) => onProgress(loaded));
    request.addEventListener("load", () => resolve(request.status));
    for (const failure of ["error", "abort", "timeout"]) {
      request.addEventListener(failure, () => resolve(0));
    }
    request.send(file);
  });
}
