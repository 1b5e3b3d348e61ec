// 伝票: today's slips of this till; from here they are voided, goods come back, holds end.

import { failed, show } from "./answer.js";
import { book, earlier, listed } from "./desk.js";
import { KIND, points, t, time, yen } from "./words.js";
import { sure } from "./sure.js";

const list = document.querySelector("[data-list]");
const doers = [...document.querySelectorAll("[data-view=slips] [data-does]")];
let slips = [];

const kindOf = ({ kinds }) => (kinds.includes("accrual") && kinds.includes("redemption") ? "purchase" : kinds[0]);
const chosen = () => slips.find((one) => one.slip === list.querySelector("input:checked")?.value);
const left = (one) => one.paid_yen + one.redeemed_points - one.returned_yen;

const MAY = {
  void: (one) => !one.reversed && !one.returned_yen && !["reversal", "release"].includes(kindOf(one)) && one.hold?.state !== "captured"
    && one.hold?.state !== "released",
  return: (one) => !one.reversed && !one.waits && one.kinds.includes("accrual") && left(one) > 0,
  capture: (one) => one.hold?.state === "open" && !one.reversed,
  release: (one) => one.hold?.state === "open" && !one.reversed,
  again: (one) => !one.waits,
};

/** The list, the latest first and chosen, or the slip that was being looked at. */
export async function open(had) {
  slips = await listed();
  list.replaceChildren(...slips.map(row));
  if (!slips.length) {
    const empty = Object.assign(document.createElement("p"), { className: "empty",
      textContent: t("本日の伝票はまだありません。F1 で会計を始めてください。", "No slips today yet. Press F1 to make a sale.") });
    list.replaceChildren(empty);
  }
  const first = [...list.querySelectorAll("input")].find((input) => input.value === had) ?? list.querySelector("input");
  if (first) {
    first.checked = true;
    first.focus();
  }
  offered();
}

function row(one) {
  const label = document.createElement("label");
  const input = Object.assign(document.createElement("input"), { type: "radio", name: "slip", value: one.slip });
  const at = Object.assign(document.createElement("span"), { textContent: time(one.at) });
  const what = document.createElement("span");
  what.append(Object.assign(document.createElement("span"), { textContent: KIND[kindOf(one)] ?? kindOf(one), className: one.reversed ? "gone" : "" }));
  what.append(Object.assign(document.createElement("small"), { textContent: [one.receipt_no ?? one.slip, ...marks(one)].join(" · ") }));
  const sum = Object.assign(document.createElement("span"), { className: "sum", textContent: [
    one.paid_yen ? yen(one.paid_yen) : "", one.redeemed_points ? `−${points(one.redeemed_points)}` : "",
    one.points ? `+${points(one.points)}` : "", one.hold ? points(one.hold.points) : ""].filter(Boolean).join("  ") });
  label.append(input, at, what, sum);
  return label;
}

function marks(one) {
  const hold = { open: t("取置中", "held"), captured: t("確定済み", "captured"), released: t("解放済み", "released"), expired: t("期限切れ", "expired") };
  return [
    one.reversed ? t("取消済み", "voided") : "", one.returned_yen ? t(`返品 ${yen(one.returned_yen)}`, `${yen(one.returned_yen)} returned`) : "",
    one.waits ? t("送信待ち", "to be sent") : "", one.offline ? t("オフライン", "offline") : "", one.hold ? hold[one.hold.state] : "",
  ].filter(Boolean);
}

function offered() {
  const one = chosen();
  for (const button of doers) button.disabled = !one || !MAY[button.dataset.does]?.(one);
}

const DOES = {
  void: async (one) => {
    const said = await sure({ title: t("この伝票を取り消しますか", "Void this slip?"), text: `${KIND[kindOf(one)]} · ${one.slip}`, reason: true, danger: true });
    return said && book("reversal", { of: one.slip, reason: said.reason });
  },
  return: async (one) => {
    const said = await sure({ title: t("返品", "Return of goods"), text: t(`全部の返品は ${yen(left(one))}。一部なら金額を直してください。`, `All of it is ${yen(left(one))}; change the amount for a part.`),
      label: t("返品金額（税込・円）", "Goods returned, tax included (yen)"), number: left(one), most: left(one) });
    return said && book("return", { of: one.slip, returned_yen: said.number });
  },
  capture: async (one) => {
    const said = await sure({ title: t("取置の確定", "Capture the hold"), text: t("使わない分はお客様に戻ります。", "What is not used goes back to the customer."),
      label: t("使うポイント", "Points to spend"), number: one.hold.points, most: one.hold.points });
    return said && book("capture", { points: said.number }, `/v1/holds/${one.hold.hold_id}/capture`);
  },
  release: async (one) => {
    const said = await sure({ title: t("取置を解放しますか", "Release the hold?"), text: points(one.hold.points) });
    return said && book("release", {}, `/v1/holds/${one.hold.hold_id}/release`);
  },
  again: async (one) => ({ ...(await earlier(one.slip)), kind: kindOf(one), at: one.at, receipt_no: one.receipt_no }),
};

export async function does(verb) {
  const one = chosen();
  if (!one || !MAY[verb]?.(one)) return;
  try {
    const became = await DOES[verb](one);
    if (became) show(became);
  } catch (error) {
    failed(error);
  }
  await open(one.slip);
}

list.addEventListener("change", offered);
for (const button of doers) button.addEventListener("click", () => does(button.dataset.does));
