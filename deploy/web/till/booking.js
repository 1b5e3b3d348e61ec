// 記帳: each request has a slip from the till's own counter, kept before it is sent; an answer that
// was lost is asked for again with the same slip and the same bytes (docs/offline.md).

import { KINDS, queue } from "./chain.js";
import { LineLost, ask, known, line } from "./hub.js";
import { kept, note, numbered, record, records } from "./store.js";
import { business_date, facts, now } from "./facts.js";

const AGAIN = [0, 1000, 3000];   // milliseconds before each try
const PATH = {
  accrual: "/v1/accruals", redemption: "/v1/redemptions", purchase: "/v1/purchases", hold: "/v1/holds",
  reversal: "/v1/reversals", return: "/v1/returns",
};
// What may be given later is queued; what spends is cancelled, and the customer pays in full.
const LATER = new Set(["accrual", "reversal", "return"]);
const pause = (wait) => new Promise((done) => { setTimeout(done, wait); });

/** The next slip: this till's name, this enrolment's, and a number that is never given again. */
export async function nextSlip() {
  const { client_id, till } = await known();
  return `${till}-${client_id.slice(2, 6)}-${String(await numbered()).padStart(6, "0")}`;
}

async function written(kind, fields, path) {
  const slip = await nextSlip();
  const { till } = await known();
  const staff = await kept("staff");
  const body = { slip, till, ...(staff ? { staff } : {}), business_date: business_date(), at: now(), ...fields };
  if (kind === "accrual" || kind === "purchase") body.receipt_no ??= slip;
  const { pin, ...plain } = body;   // 暗証番号 is sent, never kept
  const one = { slip, kind, path: path ?? PATH[kind], text: JSON.stringify(plain), state: "asked",
    business_date: body.business_date, at: body.at, card: fields.card, receipt_no: body.receipt_no,
    paid_yen: fields.paid_yen, asked_points: fields.points, of: fields.of };
  return { one, sent: pin ? JSON.stringify(body) : one.text };
}

/** One slip at a time is in one pair of hands, in this window and in every other. */
const held = (slip, how, verb) => navigator.locks.request(`meguri-slip-${slip}`, how, verb);

/** Book, or queue, or refuse: what became of it stands in the record that is returned. */
export async function book(kind, fields, path) {
  if (!line.up && !(await takenOffline(kind, fields))) return { kind, state: "shut" };
  const { one, sent } = await written(kind, fields, path);
  return held(one.slip, {}, async () => {
    await note(one);
    return line.up ? asked(one, sent) : queued(one);
  });
}

async function asked(one, sent) {
  for (const wait of AGAIN) {
    await pause(wait);
    try {
      if (await answered(one, sent)) return one;
    } catch (lost) {
      if (!(lost instanceof LineLost)) throw lost;
      if (!navigator.onLine) break;
    }
  }
  return unanswered(one);
}

/** The same bytes once more; false where the hub was busy. */
async function answered(one, sent) {
  const answer = await ask("POST", one.path, { body: sent });
  if (answer.status === 503 || answer.status === 429) return false;
  one.status = answer.status;
  one.state = answer.status < 400 ? "booked" : "refused";
  one.replayed = answer.headers.get("idempotent-replayed") === "true";
  one[answer.status < 400 ? "answer" : "problem"] = answer.json;
  await note(one);
  return true;
}

async function unanswered(one) {
  if (LATER.has(one.kind)) return queued(one);
  return cancelled(one);
}

async function queued(one) {
  await queue(one);
  return one;
}

/** 障害取消: what may or may not have been booked shall not have been. */
async function cancelled(one) {
  const { one: undo } = await written("reversal", { of: one.slip, reason: "応答なし" });
  await queue(undo);
  one.state = "cancelled";
  await note(one);
  return one;
}

/** Whether this may be taken without the hub: points only within what the tenant accepted. */
async function takenOffline(kind, fields) {
  if (!KINDS.has(kind)) return false;
  const spent = kind === "redemption" || kind === "purchase" ? fields.points : 0;
  if (!spent) return true;
  const { per_line_points, per_till_day_points } = facts().offline;
  const today = (await records()).filter((one) => one.offline && one.state !== "refused" && one.business_date === business_date());
  const before = today.reduce((sum, one) => sum + (one.asked_points ?? 0), 0);
  return spent <= per_line_points && before + spent <= per_till_day_points;
}

/** What was asked before the page was shut, and never answered: asked again, or cancelled. */
export async function recovered() {
  const found = [];
  for (const { slip } of (await records()).filter((each) => each.state === "asked")) {
    await held(slip, { ifAvailable: true }, async (free) => {
      const one = free && await record(slip);   // what is being asked right now is in other hands
      if (one?.state === "asked") found.push(await again(one));
    });
  }
  return found;
}

async function again(one) {
  try {
    if (LATER.has(one.kind) || !PATH[one.kind]) {
      await answered(one, one.text);
      return one;
    }
    const answer = await ask("GET", `/v1/slips?till=${(await known()).till}&slip=${encodeURIComponent(one.slip)}`);
    if (answer.json?.type?.endsWith("/not-arrived")) return await cancelled(one);
    if (answer.status !== 404) await note(Object.assign(one, told(answer)));
  } catch (lost) {
    if (!(lost instanceof LineLost)) throw lost;
    if (LATER.has(one.kind)) await queued(one);
  }
  return one;
}

const told = (answer) => ({ status: answer.status, state: answer.status < 400 ? "booked" : "refused",
  [answer.status < 400 ? "answer" : "problem"]: answer.json });

/** What a slip was answered, here or at the hub. */
export async function earlier(slip) {
  const ours = await record(slip);
  if (ours?.answer) return ours;
  const answer = await ask("GET", `/v1/slips?till=${(await known()).till}&slip=${encodeURIComponent(slip)}`);
  return { slip, kind: "accrual", ...told(answer) };
}

/** The sale that a receipt earned by, as far as this till remembers. */
export async function ofReceipt(receipt_no) {
  const all = await records();
  const undone = new Set(all.filter((one) => one.kind === "reversal" && one.state !== "refused").map((one) => one.of));
  return all.find((one) => (one.kind === "accrual" || one.kind === "purchase") && one.receipt_no === receipt_no
    && one.business_date === business_date() && (one.state === "booked" || one.state === "queued") && !undone.has(one.slip));
}
