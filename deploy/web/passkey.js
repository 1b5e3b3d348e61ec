// A form with data-passkey asks the browser for a passkey and sends its answer as a field.
const bytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

async function answered(kind, options) {
  options.challenge = bytes(options.challenge);
  for (const one of options.allowCredentials ?? options.excludeCredentials ?? []) one.id = bytes(one.id);
  if (options.user) options.user.id = bytes(options.user.id);
  const found = await navigator.credentials[kind]({ publicKey: options });
  const said = found.response;
  const response = { clientDataJSON: text(said.clientDataJSON) };
  if (kind === "create") {
    response.attestationObject = text(said.attestationObject);
  } else {
    response.authenticatorData = text(said.authenticatorData);
    response.signature = text(said.signature);
    if (said.userHandle) response.userHandle = text(said.userHandle);
  }
  return {
    id: found.id, rawId: text(found.rawId), type: found.type, response,
    clientExtensionResults: found.getClientExtensionResults(),
  };
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  form.addEventListener("submit", async (event) => {
    if (form.elements.credential.value) return;
    event.preventDefault();
    const failed = form.querySelector("[data-failed]");
    failed.hidden = true;
    try {
      const told = await answered(form.dataset.passkey, JSON.parse(form.dataset.options));
      form.elements.credential.value = JSON.stringify(told);
      form.submit();
    } catch {
      failed.hidden = false;
      failed.focus();
    }
  });
}
