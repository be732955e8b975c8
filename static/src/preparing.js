// A page that waits for a copy: look again without loading it each time, and go where the answer leads.
const LOOK_AGAIN_MS = 3000;
const MOST_LOOKS = 20;
const { lookAgain: url } = document.querySelector("[data-look-again]").dataset;

async function follow() {
  for (let look = 0; look < MOST_LOOKS; look += 1) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
    try {
      const response = await fetch(url, { redirect: "manual" });
      // 202: it is still being made. A redirect is the download, anything else says why there is none.
      if (response.status !== 202) return location.assign(url);
    } catch {
      // Offline for a moment.
    }
  }
  location.assign(`${url}?looks=${MOST_LOOKS}`);
}

follow();
