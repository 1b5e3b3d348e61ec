// 読取: a scanner types faster than a hand; what it read goes where it belongs, wherever the cursor is.

const A_BURST = 60;   // milliseconds between two letters of a scanner
const A_CARD = /^(\d{16}|\d{20}|[A-Da-d][0-9$:/.+-]{4,24}[A-Da-d])$/;
const MAYBE_A_CARD = /^(\d{8}|\d{13})$/;
const LEAST = 8;

/** Where a reading belongs: an old card looks like other bar codes, so it counts where one lacks. */
export function meant(text, { at, lacksCard }) {
  if (A_CARD.test(text)) return "card";
  if (MAYBE_A_CARD.test(text) && at !== "receipt_no" && (lacksCard || at === "card")) return "card";
  return "receipt_no";
}

/** Listen to the keyboard; `place(text)` says into which field a scan goes, `read` takes it there. */
export function listen(place, read) {
  let burst = "";
  let last = 0;
  let at = null;
  addEventListener("keydown", (event) => {
    const quick = event.timeStamp - last < A_BURST && document.activeElement === at;
    last = event.timeStamp;
    at = document.activeElement;
    if (event.key === "Shift") return;
    const text = quick ? burst : "";
    burst = "";
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key.length === 1) {
      burst = text + event.key;
      return;
    }
    if (event.key !== "Enter" || text.length < LEAST || document.querySelector("dialog[open]")) return;
    const field = place(text);
    if (!field) return;
    event.preventDefault();
    event.stopPropagation();
    // What the scanner typed into another field is taken out of it again.
    if (at !== field && at instanceof HTMLInputElement && at.value.endsWith(text)) at.value = at.value.slice(0, -text.length);
    read(field, text);
  }, { capture: true });
}

export const hasCamera = () => "BarcodeDetector" in window && Boolean(navigator.mediaDevices?.getUserMedia);

/** Look through the camera until something is read, or the dialog is shut. */
export async function look(dialog, place, read) {
  const video = dialog.querySelector("video");
  const seen = new BarcodeDetector({ formats: ["code_128", "ean_13", "ean_8", "codabar", "qr_code", "itf"] });
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  video.srcObject = stream;
  dialog.showModal();
  await video.play();
  while (dialog.open) {
    const found = await seen.detect(video).catch(() => []);
    if (found.length && dialog.open) {
      dialog.close();
      const field = place(found[0].rawValue);
      if (field) read(field, found[0].rawValue);
    }
    await new Promise((done) => { requestAnimationFrame(done); });
  }
  stream.getTracks().forEach((track) => track.stop());
}
