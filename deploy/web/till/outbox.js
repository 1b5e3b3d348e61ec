// 送信: the lines that were written without a line, and what became of each.

import { changed, upload } from "./chain.js";
import { LineLost } from "./hub.js";
import { lines } from "./store.js";
import { KIND, STATE, points, t } from "./words.js";
import { failed, told } from "./answer.js";

const rows = document.querySelector("[data-outbox]");
const LATEST = 200;

function outcome(line) {
  const { outcome: was } = line;
  if (!line.batch) return ["waits", STATE.waits];
  if (!was) return ["received", STATE.received];
  const more = was.problem ? `${was.problem.staff_text} · ${was.problem.title_en}`
    : was.answer?.points !== undefined ? `+${points(was.answer.points)}`
      : was.waits_for === "card" ? t("会員証の登録待ち", "waits for the card to be known") : was.waits_for ? t("元の伝票待ち", "waits for the slip it undoes") : "";
  return [was.state, [STATE[was.state], more].filter(Boolean).join(" · ")];
}

export async function open() {
  const all = (await lines()).reverse().slice(0, LATEST);
  document.querySelector("[data-outbox-list]").hidden = !all.length;
  rows.replaceChildren(...all.map((line) => {
    const tr = document.createElement("tr");
    const [state, words] = outcome(line);
    tr.dataset.state = state;
    const cells = [["number", line.seq], ["", line.slip], ["", KIND[line.kind]], [state === "refused" ? "bad" : ["booked", "repeat"].includes(state) ? "good" : "", words]];
    for (const [name, said] of cells) tr.append(Object.assign(document.createElement("td"), { className: name, textContent: said }));
    return tr;
  }));
}

export async function send() {
  try {
    const refused = await upload();
    if (refused) told("bad", refused.json?.staff_text ?? "", { sub: refused.json?.title, other: refused.json?.title_en });
  } catch (lost) {
    if (!(lost instanceof LineLost)) failed(lost);
  }
}

changed.addEventListener("moved", open);
