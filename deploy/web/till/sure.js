// 確認: asks before something is undone; Enter says yes, Esc no.

const dialog = document.querySelector("[data-dialog=sure]");
const form = dialog.querySelector("form");
const part = (name) => dialog.querySelector(`[data-${name}]`);
let answered = () => {};

/** What was answered: `{ number, reason }`, or null. */
export function sure({ title, text, label = "", number, most, reason = false, danger = false }) {
  part("title").textContent = title;
  part("text").textContent = text;
  part("field").hidden = !label;
  part("label").textContent = label;
  part("reason").hidden = !reason;
  part("yes").className = danger ? "danger" : "main";
  const field = form.elements.number;
  field.required = Boolean(label);
  field.value = number ?? "";
  field.dataset.most = most ?? "";
  field.setCustomValidity("");
  dialog.showModal();
  if (label) field.select();
  else part("yes").focus();
  return new Promise((done) => { answered = done; });
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const field = form.elements.number;
  const said = Number(field.value);
  const wrong = field.required && !(said >= 1 && said <= Number(field.dataset.most));
  field.setCustomValidity(wrong ? `1 – ${field.dataset.most}` : "");
  if (!form.reportValidity()) return;
  const { reason } = form.elements;
  answered({ number: said, reason: reason.value });
  answered = () => {};
  dialog.close();
});
form.elements.number.addEventListener("input", () => form.elements.number.setCustomValidity(""));
part("no").addEventListener("click", () => dialog.close());
dialog.addEventListener("close", () => answered(null));
