// 連鎖: requests that could not be sent, signed and numbered; sent when the line is back.
// docs/offline.md says the same in words.

import { ask } from "./hub.js";
import { canonical, hex, sha256, signed } from "./keys.js";
import { chained, decided, kept, lines, marked, record } from "./store.js";

const MOST = 1000;    // lines of one file
const LOOKS = 20;     // how often a file is asked about before the next tick
const PAUSE = 250;    // milliseconds between two looks
export const KINDS = new Set(["accrual", "redemption", "purchase", "reversal", "return"]);
export const changed = new EventTarget();
const alone = (name, verb) => navigator.locks.request(`meguri-${name}`, verb);

/** The next line of the chain: a request as it would be online, and its envelope. */
export const queue = (one) => alone("chain", async () => {
  const chain = await kept("chain");
  const envelope = { kind: one.kind, seq: chain.seq + 1, prev: chain.prev, kid: chain.kid };
  const fields = { ...JSON.parse(one.text), ...envelope };
  const text = canonical({ ...fields, signature: await signed(chain.key, canonical(fields)) });
  const line = { seq: envelope.seq, slip: one.slip, kind: one.kind, business_date: one.business_date, text };
  Object.assign(one, { state: "queued", offline: true });
  await chained(line, { ...chain, seq: envelope.seq, prev: hex(await sha256(text)) }, one);
  changed.dispatchEvent(new Event("moved"));
});

/** How many lines wait to be sent. */
export const waiting = async () => (await lines()).filter((line) => !line.batch).length;

/** Whether a line is to be sent, or the hub has yet to look at one. */
export const undecided = async () => (await lines()).some((line) => !line.batch || !line.outcome || line.outcome.state === "received");

/** Send what waits, and ask what became of what was sent. */
export const upload = () => alone("upload", async () => {
  const unsent = (await lines()).filter((line) => !line.batch).slice(0, MOST);
  if (unsent.length) {
    const body = unsent.map((line) => `${line.text}\n`).join("");
    const answer = await ask("POST", "/v1/batches", { body, type: "application/x-ndjson" });
    if (answer.status !== 202) return answer;
    await marked(unsent.map((line) => ({ ...line, batch: answer.json.batch })));
    changed.dispatchEvent(new Event("moved"));
  }
  const open = new Set((await lines()).filter((line) => line.batch && !line.settled).map((line) => line.batch));
  for (const batch of open) await followed(batch);
  return null;
});

async function followed(batch) {
  for (let looks = 0; looks < LOOKS; looks += 1) {
    const { json, told } = await page(batch);
    if (told.length) await taken(batch, told);
    if (!json || !json.counts.received) return;
    await new Promise((done) => { setTimeout(done, PAUSE); });
  }
}

async function page(batch) {
  const told = [];
  let after = "";
  let json;
  do {
    const answer = await ask("GET", `/v1/batches/${batch}?limit=200${after}`);
    if (answer.status !== 200) return { json: null, told };
    json = answer.json;
    told.push(...json.outcomes);
    after = `&after=${encodeURIComponent(json.next)}`;
  } while (json.next !== null);
  return { json, told };
}

async function taken(batch, told) {
  const ours = new Map((await lines()).filter((line) => line.batch === batch).map((line) => [line.seq, line]));
  for (const outcome of told) {
    const line = ours.get(outcome.seq);
    if (!line || line.settled) continue;
    const settled = ["booked", "refused", "repeat"].includes(outcome.state);
    const one = settled ? await record(line.slip) : null;
    if (one) Object.assign(one, { state: outcome.status < 400 ? "booked" : "refused", status: outcome.status,
      answer: outcome.answer, problem: outcome.problem });
    await decided({ ...line, settled, outcome }, one);
  }
  changed.dispatchEvent(new Event("moved"));
}
