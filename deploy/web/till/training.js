// 研修: the same screens, and nothing is booked. The only thing asked of the hub is a quote, with a
// token that may do nothing else; all that would be written is made up here and forgotten.

import { LineLost, ask, known, line } from "./hub.js";
import { business_date, facts, now } from "./facts.js";

export const QUOTES = "points:quote";   // the one scope of a training token
const A_CARD = "6304000000000000";
let made = [];
let number = 0;

export const forget = () => { made = []; number = 0; };

const answers = {
  accrual: (asked) => ({ points: earned(asked.paid_yen), balance: has(0) }),
  redemption: (asked) => ({ redeemed_points: asked.points, balance: has(-asked.points) }),
  purchase: (asked) => ({ redeemed_points: asked.points, points: earned(asked.paid_yen), balance: has(-asked.points) }),
  hold: (asked) => ({ points: asked.points, hold_id: `training-${number}`, balance: has(0), expires_at: now() }),
  capture: (asked) => ({ redeemed_points: asked.points, released_points: 0, balance: has(-asked.points) }),
  release: () => ({ released_points: 0, lapsed_points: 0, balance: has(0) }),
  reversal: (asked) => ({ reversed: { slip: asked.of, points: 0, redeemed_points: 0 }, balance: has(0) }),
  return: (asked) => ({ returned_yen: asked.returned_yen, refund_yen: asked.returned_yen, restored_points: 0,
    taken_back_points: earned(asked.returned_yen), shortage_points: 0, balance: has(0) }),
};
const earned = (yen) => Math.floor(yen / (facts()?.yen_per_point ?? 110));
const has = (points) => ({ points: 1000 + points, held: 0, owed: 0, next_to_expire: null });

/** As `book` answers, made up; no request that writes leaves this page. */
export async function book(kind, fields) {
  number += 1;
  const slip = `TRAINING-${String(number).padStart(4, "0")}`;
  const before = kind === "accrual" && made.find((one) => one.receipt_no && one.receipt_no === fields.receipt_no && !one.undone);
  if (before) return { kind, slip, state: "refused", problem: { type: "/problems/receipt-already-booked",
    title: "このレシートにはすでにポイントが付いています", title_en: "This receipt has already earned points.",
    staff_text: "このレシートは付与済み", do: "ask-member", first_slip: before.slip, first_at: before.at } };
  const one = { kind, slip, state: "booked", status: 201, at: now(), business_date: business_date(), ...fields,
    answer: { slip, print: ["研修中・無効", `${kind}`], ...answers[kind](fields) } };
  const undone = made.find((each) => each.slip === fields.of);
  if (kind === "reversal" && undone) undone.undone = true;
  made.push(one);
  return one;
}

export const earlier = async (slip) => made.find((one) => one.slip === slip);
export const ofReceipt = async (no) => made.find((one) => one.receipt_no === no && !one.undone);

/** A quote is asked of the hub where there is a line; it books nothing. */
export async function quote(body) {
  if (line.up && body.card !== A_CARD) {
    try {
      return await ask("POST", "/v1/quotes", { body: JSON.stringify(body), scope: QUOTES });
    } catch (lost) {
      if (!(lost instanceof LineLost)) throw lost;
    }
  }
  return { status: 200, json: { member: "", rank: "general", points: earned(body.paid_yen), redeemable_points: 1000,
    yen_to_next_point: null, balance: has(0) } };
}

/** Today's slips, as the hub would list them. */
export async function listed() {
  await known();
  return made.map((one) => ({
    slip: one.slip, kinds: one.kind === "purchase" ? ["redemption", "accrual"] : [one.kind === "capture" ? "redemption" : one.kind],
    at: one.at, points: one.answer.points ?? 0, redeemed_points: one.answer.redeemed_points ?? 0, paid_yen: one.paid_yen ?? 0,
    reversed: Boolean(one.undone), returned_yen: 0, receipt_no: one.receipt_no,
    ...(one.kind === "hold" ? { hold: { hold_id: one.answer.hold_id, points: one.points, state: one.undone ? "released" : "open", expires_at: one.at } } : {}),
  })).reverse();
}
