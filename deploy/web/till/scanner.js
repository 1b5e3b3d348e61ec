// 読取: a scanner types faster than a hand; what it read goes where it belongs, wherever the cursor is.

const A_BURST = 60;   // milliseconds between two letters of a scanner
const A_CARD = /^(\d{16}|\d{20}|[A-Da-d][0-9$:/.+-]{4,24}[A-Da-d])$/;
const MAYBE_A_CARD = /^(\d{8}|\d{13})$/;
const LEAST = 8;
const SIZES = [1, 2, 3, 4];   // one QR code in sixteen holds what our reader takes for a corner, unless it looks from afar

/** Where a reading belongs: an old card looks like other bar codes, so it counts where one lacks. */
export function meant(text, { at, lacksCard }) {
  if (A_CARD.test(text)) return "card";
  if (MAYBE_A_CARD.test(text) && at !== "receipt_no" && (lacksCard || at === "card")) return "card";
  return "receipt_no";
}

/** Listen to the keyboard; `place(text)` says into which field a scan goes, `read` takes it there. An answer
    that comes meanwhile may move the cursor: the scan is one all the same. */
export function listen(place, read) {
  let burst = [];   // how much went where, in order: [element, text]
  let last = 0;
  addEventListener("keydown", (event) => {
    const quick = event.timeStamp - last < A_BURST;
    last = event.timeStamp;
    if (event.key === "Shift") return;
    const parts = quick ? burst : [];
    burst = [];
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key.length === 1) {
      const at = document.activeElement;
      const [before, typed] = parts.at(-1) ?? [];
      burst = before === at ? [...parts.slice(0, -1), [at, typed + event.key]] : [...parts, [at, event.key]];
      return;
    }
    const text = parts.map(([, typed]) => typed).join("");
    if (event.key !== "Enter" || text.length < LEAST || document.querySelector("dialog[open]")) return;
    const field = place(text);
    if (!field) return;
    event.preventDefault();
    event.stopPropagation();
    // What the scanner typed into other fields is taken out of them again.
    for (const [at, typed] of parts) {
      if (at !== field && at instanceof HTMLInputElement && at.value.endsWith(typed)) at.value = at.value.slice(0, -typed.length);
    }
    read(field, text);
  }, { capture: true });
}

export const hasCamera = () => Boolean(navigator.mediaDevices?.getUserMedia);

/** What reads a picture: the browser's own reader where it has one, else the one served from here. */
async function reader(video) {
  if ("BarcodeDetector" in window) {
    const own = new BarcodeDetector({ formats: ["code_128", "ean_13", "ean_8", "codabar", "qr_code", "itf"] });
    return async () => (await own.detect(video).catch(() => []))[0]?.rawValue;
  }
  await import("/static/vendor/zxing.min.js");
  const { BarcodeFormat: is, BinaryBitmap, DecodeHintType, HybridBinarizer, MultiFormatReader, RGBLuminanceSource } = window.ZXing;
  const ours = new MultiFormatReader();
  ours.setHints(new Map([[DecodeHintType.POSSIBLE_FORMATS, [is.CODE_128, is.EAN_13, is.EAN_8, is.CODABAR, is.QR_CODE, is.ITF]]]));
  const pen = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  let turn = 0;
  return async () => {
    const size = SIZES[turn++ % SIZES.length];
    const [wide, high] = [Math.floor(video.videoWidth / size), Math.floor(video.videoHeight / size)];
    if (!wide) return undefined;
    Object.assign(pen.canvas, { width: wide, height: high });
    pen.drawImage(video, 0, 0, wide, high);
    const { data } = pen.getImageData(0, 0, wide, high);
    const grey = new Uint8ClampedArray(wide * high);
    for (let at = 0; at < grey.length; at += 1) grey[at] = (data[4 * at] + 2 * data[4 * at + 1] + data[4 * at + 2]) / 4;
    try {
      return ours.decodeWithState(new BinaryBitmap(new HybridBinarizer(new RGBLuminanceSource(grey, wide, high)))).getText();
    } catch {
      return undefined;   // nothing in this picture
    }
  };
}

/** Chromium gives a camera ten seconds to start; on a slow machine the second try finds it awake. */
async function started() {
  const asked = { video: { facingMode: "environment" } };
  return navigator.mediaDevices.getUserMedia(asked).catch((why) => {
    if (why.name !== "AbortError") throw why;
    return navigator.mediaDevices.getUserMedia(asked);
  });
}

/** Look through the camera until something is read, or the dialog is shut; `unable` hears why not. */
export async function look(dialog, place, read, unable) {
  if (dialog.open) return;
  const video = dialog.querySelector("video");
  let stream = null;
  dialog.showModal();
  try {
    const seen = await reader(video);
    stream = await started();
    video.srcObject = stream;
    await video.play();
    while (dialog.open) {
      const text = await seen();
      if (text && dialog.open) {
        dialog.close();
        const field = place(text);
        if (field) read(field, text);
      }
      await new Promise((done) => { requestAnimationFrame(done); });
    }
  } catch (why) {
    if (dialog.open) {
      dialog.close();
      unable(why.name);
    }
  } finally {
    stream?.getTracks().forEach((track) => track.stop());
  }
}
