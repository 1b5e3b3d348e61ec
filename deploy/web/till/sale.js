// 会計・利用・取置: one customer, from the scan to the answer; Enter goes on to what is missing.

import { again, busy, failed, idle, show, told } from "./answer.js";
import { book, earlier, lookUp, ofReceipt, quote } from "./desk.js";
import { line } from "./hub.js";
import { points, t, yen } from "./words.js";

const A_PHONE = /^0\d{9,10}$/;
const number = (form, name) => {
  const said = form.elements[name]?.value.trim();
  return said ? Number(said) : 0;
};
const text = (form, name) => form.elements[name]?.value.trim() || undefined;
let asked = 0;   // the last quote that was asked for: an older answer is not shown

const ASKS = {
  sale: (form) => {
    const spent = number(form, "points");
    const whole = { card: text(form, "card"), receipt_no: text(form, "receipt_no"), paid_yen: number(form, "total_yen") - spent };
    return spent ? ["purchase", { ...whole, points: spent, pin: text(form, "pin") }] : ["accrual", whole];
  },
  redeem: (form) => ["redemption", { card: text(form, "card"), points: number(form, "points"),
    payable_yen: number(form, "payable_yen"), pin: text(form, "pin") }],
  hold: (form) => ["hold", { card: text(form, "card"), points: number(form, "points"),
    minutes: number(form, "minutes") || undefined, pin: text(form, "pin") }],
};

/** The first field that still lacks something, or that says what cannot be. */
function lacking(form) {
  const total = number(form, "total_yen") || number(form, "payable_yen");
  for (const field of form.querySelectorAll("input")) {
    let wrong = "";
    if (field.value && !field.checkValidity() && !field.validity.customError) wrong = t("数字を確認してください", "Look at the number again");
    if (Number(field.value) > Number(field.dataset.max ?? Infinity)) wrong = t("大きすぎます", "Too much");
    if (field.name === "points" && total && number(form, "points") > total) wrong = t("金額を超えています", "More than is to be paid");
    field.setCustomValidity(wrong);
    if (!field.checkValidity()) return field;
  }
  return null;
}

/** What the sale would bring, beside the form, while it is being typed. */
async function shown(form) {
  const place = form.querySelector("[data-quote]");
  const card = text(form, "card");
  if (!place || !card || A_PHONE.test(card)) {
    place?.replaceChildren();
    return;
  }
  asked += 1;
  const mine = asked;
  const spent = form.dataset.form === "sale" ? number(form, "points") : 0;
  const total = number(form, "total_yen") || number(form, "payable_yen");
  const answer = await quote({ card, paid_yen: Math.max(0, total - spent), ...(spent ? { points: spent } : {}) });
  if (mine !== asked) return;
  if (!answer) {
    place.textContent = line.up ? "" : t("回線断：付与は後で行います", "No line: points follow later");
  } else if (answer.status !== 200) {
    place.textContent = `${answer.json?.staff_text ?? ""} · ${answer.json?.title_en ?? ""}`;
  } else {
    const { json } = answer;
    const parts = [
      [t("付与", "Earns"), points(json.points)], [t("利用できる", "May spend"), points(json.redeemable_points)],
      [t("残高", "Balance"), points(json.balance.points)],
      ...(spent ? [[t("お支払い", "To pay"), yen(Math.max(0, total - spent))]] : []),
    ];
    place.replaceChildren(...parts.flatMap(([name, said]) => [`${name} `, Object.assign(document.createElement("strong"), { textContent: said }), " "]));
  }
}

async function who(form) {
  const card = text(form, "card");
  if (!card) return;
  const phone = A_PHONE.test(card);
  const found = await lookUp(phone ? { phone: card } : { card });
  if (form.elements.card.value.trim() !== card || !found) return;
  if (found.status !== 200) {
    if (found.json?.staff_text) show({ problem: found.json });
    return;
  }
  if (phone && found.json.card) form.elements.card.value = found.json.card;
  idle([found.json.name, t(found.json.rank_name, found.json.rank_name_en)].filter(Boolean).join(" · "));
  shown(form);
}

async function submitted(form) {
  const field = lacking(form);
  if (field) {
    field.focus();
    field.select();
    // What is merely empty is asked for in its turn; what is wrong is said.
    if (field.value) field.reportValidity();
    return;
  }
  const [kind, fields] = ASKS[form.dataset.form](form);
  form.inert = true;
  busy();
  try {
    const had = kind === "accrual" && !line.up && fields.receipt_no && await ofReceipt(fields.receipt_no);
    if (had) {
      form.reset();
      seen(had);
    } else await done(form, await book(kind, Object.fromEntries(Object.entries(fields).filter(([, said]) => said !== undefined))));
  } catch (error) {
    failed(error);
  } finally {
    form.inert = false;
    form.elements.card.focus();
  }
}

async function done(form, one) {
  const before = one.problem?.type?.endsWith("/receipt-already-booked");
  const stays = one.state === "shut" || one.state === "cancelled" || (one.state === "refused" && !before);
  if (!stays) form.reset();   // which clears the answer as well, so it comes first
  if (before) seen(await first(one));
  else show(one);
}

async function first({ problem, receipt_no, card }) {
  const had = await earlier(problem.first_slip).catch(() => null);
  return { receipt_no, card, at: problem.first_at, ...had };
}

function seen(one) {
  if (one.answer) again(one);
  else told("calm", t("このレシートは受付済みです", "This receipt was taken already"), {
    sub: t("回線が戻りしだい付与されます。", "Its points follow when the line is back."),
    rows: [[t("レシート番号", "Receipt no."), one.receipt_no], [t("伝票", "Slip"), one.slip]] });
}

/** A reading of the scanner in its field; a receipt that this till knows is shown at once. */
export async function read(field, said) {
  const { form } = field;
  field.value = said;
  (lacking(form) ?? form.querySelector("button.main")).focus();
  shown(form);
  if (field.name === "card") who(form);
  else {
    const had = await ofReceipt(said);
    if (had) seen(had);
  }
}

export function wire(forms) {
  for (const form of forms) {
    form.addEventListener("submit", (event) => { event.preventDefault(); submitted(form); });
    form.addEventListener("reset", () => { asked += 1; form.querySelector("[data-quote]")?.replaceChildren(); idle(); setTimeout(() => form.elements.card.focus()); });
    form.addEventListener("change", (event) => {
      event.target.setCustomValidity("");
      if (event.target.name === "card") who(form);
      shown(form);
    });
  }
}
