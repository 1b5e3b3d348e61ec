// レジ情報: the hub's time and business date, the shop's terms, as they were told last.

import { ask, known } from "./hub.js";
import { keep, kept } from "./store.js";

const JST = 9 * 3600_000;
let told;
let ahead = 0;   // the hub's clock before this machine's, in milliseconds

/** What the hub said last; read from what was kept where it cannot be asked. */
export async function learn({ scope } = {}) {
  const { till } = await known();
  const answer = await ask("GET", `/v1/tills/${till}`, { scope });
  if (answer.status !== 200) return answer;
  told = answer.json;
  ahead = Date.parse(told.server_time) - Date.now();
  await keep("facts", { told, ahead });
  return answer;
}

export async function remember() {
  ({ told, ahead } = (await kept("facts")) ?? { told, ahead });
  return told;
}

export const facts = () => told;
const inTokyo = () => new Date(Date.now() + ahead + JST).toISOString();

/** The instant, on the hub's clock, as a receipt prints it. */
export const now = () => `${inTokyo().slice(0, 19)}+09:00`;

/** The open business date: a shop that opens at 05:00 is in yesterday's until then. */
export function business_date() {
  const at = inTokyo();
  if (at.slice(11, 19) >= told.day_starts) return at.slice(0, 10);
  return new Date(Date.parse(`${at.slice(0, 10)}T00:00:00Z`) - 24 * 3600_000).toISOString().slice(0, 10);
}
