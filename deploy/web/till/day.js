// 日計: what this till counted of its day, sent and compared with what the hub booked.

import { failed, how, told } from "./answer.js";
import { LineLost, ask, known } from "./hub.js";
import { business_date, now } from "./facts.js";
import { records } from "./store.js";
import { day, points, t, yen } from "./words.js";

const form = document.querySelector("[data-form=day]");
const rows = document.querySelector("[data-figures]");
const SALES = new Set(["accrual", "purchase"]);
const sum = (some, of) => some.reduce((total, one) => total + (of(one) ?? 0), 0);

/** The till's own figures of a business date, as it was answered. */
export function counted(all, on) {
  const ours = all.filter((one) => one.business_date === on && one.state === "booked" && one.answer);
  const sales = ours.filter((one) => SALES.has(one.kind));
  const spent = ours.filter((one) => one.answer.redeemed_points && one.kind !== "reversal");
  const slips = ours.map((one) => one.slip).sort();
  return {
    accruals: { count: sales.length, points: sum(sales, (one) => one.answer.points), yen: sum(sales, (one) => one.paid_yen) },
    redemptions: { count: spent.length, points: sum(spent, (one) => one.answer.redeemed_points) },
    reversals: ours.filter((one) => one.kind === "reversal" && one.answer.reversed).length,
    returns: ours.filter((one) => one.kind === "return").length,
    ...(slips.length ? { first_slip: slips[0], last_slip: slips.at(-1) } : {}),
  };
}

function drawn(own, hub) {
  const told_rows = [
    [t("付与 件数", "Earned: how many"), own.accruals.count, hub?.accruals.count],
    [t("付与 ポイント", "Earned: points"), points(own.accruals.points), hub && points(hub.accruals.points)],
    [t("付与 対象金額", "Earned: yen paid"), yen(own.accruals.yen), hub && yen(hub.accruals.yen)],
    [t("利用 件数", "Spent: how many"), own.redemptions.count, hub?.redemptions.count],
    [t("利用 ポイント", "Spent: points"), points(own.redemptions.points), hub && points(hub.redemptions.points)],
    [t("取消 件数", "Voids"), own.reversals, hub?.reversals],
    [t("返品 件数", "Returns"), own.returns, hub?.returns],
  ];
  rows.replaceChildren(...told_rows.map(([name, ...figures]) => {
    const tr = document.createElement("tr");
    tr.append(Object.assign(document.createElement("th"), { scope: "row", textContent: name }));
    for (const one of figures) tr.append(Object.assign(document.createElement("td"), { className: "number", textContent: one ?? "–" }));
    return tr;
  }));
}

/** What stands in a field that nobody wrote in. */
function proposed(field, figure) {
  const untouched = field.value === field.defaultValue;
  field.defaultValue = figure;
  if (untouched) field.value = figure;
}

export async function open() {
  const own = counted(how.training ? [] : await records(), business_date());
  document.querySelector("[data-day-on]").textContent = day(business_date());
  proposed(form.elements.sales_yen, own.accruals.yen + own.redemptions.points);
  proposed(form.elements.customers, own.accruals.count);
  form.elements.sales_yen.focus();
  drawn(own, null);
  let hub = null;
  if (!how.training) {
    try {
      const answer = await ask("GET", `/v1/daily-totals?till=${(await known()).till}&business_date=${business_date()}`);
      if (answer.status === 200) hub = answer.json.hub;
    } catch (lost) {
      if (!(lost instanceof LineLost)) throw lost;
    }
  }
  if (hub) drawn(own, hub);
}

async function declared() {
  if (how.training) {
    told("good", t("研修中のため送りません", "In training nothing is sent"));
    return;
  }
  const own = counted(await records(), business_date());
  const body = JSON.stringify({ till: (await known()).till, business_date: business_date(), at: now(), close_no: 1, ...own,
    sales_yen: Number(form.elements.sales_yen.value), customers: Number(form.elements.customers.value) });
  const answer = await ask("POST", "/v1/daily-totals", { body });
  if (answer.status !== 200) {
    told("bad", answer.json?.staff_text ?? "", { sub: answer.json?.title, other: answer.json?.title_en });
    return;
  }
  const { state, hub, missing_at_hub, missing_at_till } = answer.json;
  drawn(own, hub);
  told(state === "matched" ? "good" : "bad", state === "matched" ? t("一致しました", "They agree") : t("一致しません", "They differ"), {
    sub: state === "matched" ? t("このレジの日計とハブの記帳は同じです。", "The till's figures are the hub's.") : t("下の伝票を確かめ、分からなければ本部へ連絡してください。", "Look at these slips; if in doubt call head office."),
    rows: [[t("ハブに無い伝票", "Missing at the hub"), missing_at_hub.slice(0, 5).join(", ")], [t("レジに無い伝票", "Missing at the till"), missing_at_till.slice(0, 5).join(", ")]] });
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (!form.reportValidity()) return;
  try {
    await declared();
  } catch (error) {
    failed(error);
  }
});
