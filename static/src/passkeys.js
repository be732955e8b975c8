// Passkeys (WebAuthn). A form with data-passkey="create" or "get" is shown only where the browser can fill it.

const { PublicKeyCredential } = window;

/** Return whether this browser makes passkeys and reads the server's JSON. */
function isSupported() {
  return typeof PublicKeyCredential?.parseRequestOptionsFromJSON === "function";
}

async function optionsOf(form) {
  if (form.dataset.options) return JSON.parse(form.dataset.options);
  const response = await fetch(form.action, { method: "POST", body: new FormData(form) });
  if (!response.ok) throw new Error(`Options: ${response.status}`);
  return response.json();
}

async function ask(form) {
  const options = await optionsOf(form);
  if (form.dataset.passkey === "create") {
    const wanted = options.creation_options;
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(wanted.publicKey ?? wanted);
    return navigator.credentials.create({ publicKey });
  }
  const wanted = options.request_options;
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(wanted.publicKey ?? wanted);
  return navigator.credentials.get({ publicKey });
}

function start(form) {
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const failed = form.querySelector("[data-passkey-failed]");
    failed.hidden = true;
    try {
      const credential = await ask(form);
      form.elements.credential.value = JSON.stringify(credential.toJSON());
    } catch {
      // Canceled, timed out, or no passkey for this site.
      failed.hidden = false;
      return;
    }
    // Without this listener, which only submit events reach.
    form.submit();
  });
}

export function startPasskeys() {
  if (!isSupported()) return;
  for (const form of document.querySelectorAll("form[data-passkey]")) start(form);
  for (const hint of document.querySelectorAll("[data-no-passkey]")) hint.hidden = true;
}
