// 窓口: the screens ask here; in training the answers are made up, and nothing is booked.

import * as real from "./booking.js";
import * as training from "./training.js";
import { LineLost, ask, known, line } from "./hub.js";
import { business_date, learn, now } from "./facts.js";
import { how } from "./answer.js";
import { records } from "./store.js";

const actor = () => (how.training ? training : real);
export const book = (...asked) => actor().book(...asked);
export const earlier = (slip) => actor().earlier(slip);
export const ofReceipt = (no) => actor().ofReceipt(no);
/** The token of a till in training may ask for quotes and for nothing else. */
const scope = () => (how.training ? training.QUOTES : undefined);
export const refresh = () => learn({ scope: scope() });

/** What a sale would bring; null where nobody can be asked. */
export async function quote(fields) {
  const { till } = await known();
  const body = { till, business_date: business_date(), at: now(), ...fields };
  if (how.training) return training.quote(body);
  if (!line.up) return null;
  try {
    return await ask("POST", "/v1/quotes", { body: JSON.stringify(body) });
  } catch (lost) {
    if (lost instanceof LineLost) return null;
    throw lost;
  }
}

/** Who this is, under a masked name; by phone also what to send as the card. */
export async function lookUp(fields) {
  if (how.training || !line.up) return null;
  const { till } = await known();
  try {
    return await ask("POST", "/v1/member-lookups", { body: JSON.stringify({ till, ...fields }) });
  } catch (lost) {
    if (lost instanceof LineLost) return null;
    throw lost;
  }
}

/** Today's slips of this till: the hub's list, with what it has not been told yet above it. */
export async function listed() {
  if (how.training) return training.listed();
  const { till } = await known();
  const ours = (await records()).filter((one) => one.business_date === business_date());
  const unsent = ours.filter((one) => one.state === "queued").map((one) => ({ slip: one.slip, kinds: [one.kind], at: one.at,
    points: 0, redeemed_points: 0, paid_yen: one.paid_yen ?? 0, reversed: false, returned_yen: 0, receipt_no: one.receipt_no,
    waits: true })).reverse();
  const found = [];
  try {
    for (let after = ""; after !== null;) {
      const answer = await ask("GET", `/v1/tills/${till}/slips?business_date=${business_date()}&limit=200${after}`);
      if (answer.status !== 200) break;
      found.push(...answer.json.slips);
      after = answer.json.next === null ? null : `&after=${encodeURIComponent(answer.json.next)}`;
    }
  } catch (lost) {
    if (!(lost instanceof LineLost)) throw lost;
    found.push(...ours.filter((one) => one.state === "booked" && one.answer).map(remembered).reverse());
  }
  const known_at_hub = new Set(found.map((one) => one.slip));
  return [...unsent.filter((one) => !known_at_hub.has(one.slip)), ...found];
}

const remembered = ({ slip, kind, at, answer, paid_yen, receipt_no }) => ({ slip, at, receipt_no,
  kinds: kind === "purchase" ? ["redemption", "accrual"] : [kind], points: answer.points ?? 0,
  redeemed_points: answer.redeemed_points ?? 0, paid_yen: paid_yen ?? 0, reversed: false, returned_yen: 0 });
