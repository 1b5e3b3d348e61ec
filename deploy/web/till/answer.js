// 結果: what became of it, large and calm; and the same on paper.

import { DO, KIND, REASON, date, lang, masked, points, t, time, yen } from "./words.js";
import { facts } from "./facts.js";
import { LineLost, Stopped } from "./hub.js";
import { play } from "./sound.js";

const panel = document.querySelector(".answer");
const part = (name) => panel.querySelector(`[data-${name}]`);
export const how = { muted: false, training: false };
let shown = null;

function say(tone, big, { sub = "", other = "", who = "", rows = [], paper = null } = {}) {
  panel.dataset.tone = tone;
  part("who").textContent = who;
  part("big").textContent = big;
  part("sub").textContent = sub;
  part("other").textContent = other;
  part("facts").replaceChildren(...rows.filter(([, said]) => said !== undefined && said !== null && said !== "").flatMap(([name, said]) => {
    const [dt, dd] = [document.createElement("dt"), document.createElement("dd")];
    dt.textContent = name;
    dd.textContent = said;
    return [dt, dd];
  }));
  shown = paper;
  panel.querySelector("[data-does=print]").hidden = !paper;
  if (tone !== "idle") play(tone, how);
}

export const idle = (who = "") => say("idle", t("会員証を読み取ってください", "Scan the card"), { who });
export const busy = () => { panel.dataset.tone = "idle"; part("big").textContent = t("送信中…", "Sending…"); };
export const told = (tone, big, more) => say(tone, big, more);

/** Japanese for staff, English beside it; the page's own language first. */
function both(ja, en) {
  return lang === "ja" ? { sub: ja, other: en } : { sub: en, other: ja };
}

/** What became of a request. */
export function show(one) {
  if (one.state === "shut") return shut(one.kind);
  if (one.state === "queued") return queued(one);
  if (one.state === "cancelled") return cancelled(one);
  if (one.problem) return refused(one.problem);
  return booked(one);
}

function booked(one, tone = "good", lead = "") {
  const { answer } = one;
  const big = lead || headline(one);
  const left = answer.balance;
  say(tone, big, {
    sub: answer.reason ? REASON[answer.reason] ?? "" : note(one),
    rows: [
      ...(lead ? [[KIND[one.kind], headline(one)]] : []),
      [t("残高", "Balance"), left && points(left.points)],
      [t("うち取置", "Set aside"), left?.held ? points(left.held) : undefined],
      [t("失効予定", "Lapses next"), left?.next_to_expire && `${points(left.next_to_expire.points)} · ${date(left.next_to_expire.on)}`],
      [t("次の 1 pt まで", "To the next point"), answer.yen_to_next_point ? yen(answer.yen_to_next_point) : undefined],
      [t("返金額", "Refund"), answer.refund_yen !== undefined ? yen(answer.refund_yen) : undefined],
      [t("戻したポイント", "Points given back"), answer.restored_points ? points(answer.restored_points) : undefined],
      [t("取り戻したポイント", "Points taken back"), answer.taken_back_points ? points(answer.taken_back_points) : undefined],
      [t("不足（返金から控除）", "Short: kept from the refund"), answer.shortage_points ? points(answer.shortage_points) : undefined],
      [t("レシート番号", "Receipt no."), one.receipt_no],
      [t("時刻", "Time"), one.at && time(one.at)],
      [t("会員", "Member"), one.card && masked(one.card)],
      [t("伝票", "Slip"), one.slip],
    ],
    paper: one,
  });
}

function headline({ kind, answer, asked_points, points: made }) {
  const spent = answer.redeemed_points ? t(`${points(answer.redeemed_points)} 利用`, `${points(answer.redeemed_points)} spent`) : "";
  const earned = answer.points !== undefined ? t(`${points(answer.points)} 付与`, `${points(answer.points)} earned`) : "";
  if (kind === "hold") return t(`${points(answer.points ?? asked_points ?? made)} 取置`, `${points(answer.points)} set aside`);
  if (kind === "release") return t(`${points(answer.released_points)} 解放`, `${points(answer.released_points)} released`);
  if (kind === "reversal") return t("取り消しました", "Voided");
  if (kind === "return") return t(`${yen(answer.returned_yen)} の返品`, `${yen(answer.returned_yen)} returned`);
  return [spent, earned].filter(Boolean).join(lang === "ja" ? "・" : ", ");
}

function note({ kind, answer }) {
  if (kind === "reversal" && answer.reversed === null) {
    return t("元の伝票は届いていません。届いても記帳されません。", "The slip had not arrived; it will not be booked.");
  }
  if (kind === "hold") return t(`${time(answer.expires_at)} まで取り置きます`, `Until ${time(answer.expires_at)}`);
  return "";
}

function refused(problem) {
  const [ja, en] = DO[problem.do] ?? DO.call;
  const [inJapanese, inEnglish] = [`${problem.title}。${ja}`, `${problem.title_en} ${en}`];
  if (lang === "ja") say("bad", problem.staff_text, { sub: inJapanese, other: inEnglish });
  else say("bad", problem.title_en, { sub: en, other: `${problem.staff_text}：${inJapanese}` });
}

/** C29: the receipt earned before; what it earned then, and nothing to worry about. */
export function again(one) {
  booked(one, "calm", t("このレシートは付与済みです", "This receipt has earned already"));
}

function queued(one) {
  const undo = one.kind !== "accrual" && one.kind !== "purchase";
  say("wait", t("お預かりしました", "Kept to be sent"), {
    sub: undo
      ? t("回線が戻りしだい送ります。", "It is sent when the line is back.")
      : t("回線が戻りしだい付与します。お客様には後日の付与とお伝えください。", "The points follow when the line is back: tell the customer so."),
    rows: [[KIND[one.kind], one.paid_yen !== undefined ? yen(one.paid_yen) : ""], [t("レシート番号", "Receipt no."), one.receipt_no],
      [t("時刻", "Time"), time(one.at)], [t("伝票", "Slip"), one.slip]],
    paper: one,
  });
}

function cancelled(one) {
  say("bad", t("応答なし・取り消します", "No answer: cancelled"), {
    sub: t("ポイントは使わず、全額をお支払いいただいてください。取消は回線が戻りしだい届きます。",
      "Take the whole amount in money. The cancellation is sent when the line is back."),
    rows: [[KIND[one.kind], t("取消", "Cancelled")], [t("伝票", "Slip"), one.slip]],
  });
}

function shut(kind) {
  say("bad", t("回線断・ポイント利用不可", "No line: no points can be spent"), both(
    `回線が切れている間、${KIND[kind]}はこのレジではできません。ポイントを使わずに会計してください。`,
    "While the line is lost this till cannot do that. Go on without spending points.",
  ));
}

/** Why nothing could be asked. */
export function failed(error) {
  if (error instanceof Stopped) {
    say("bad", t("このレジは停止されています", "This till was shut out"), { sub: t("本部へ連絡してください。", "Call your head office.") });
  } else if (error instanceof LineLost) {
    say("bad", t("回線が切れています", "No line"), { sub: t("戻ってからもう一度お試しください。", "Try again when it is back.") });
  } else throw error;
}

/** The receipt on paper, 80 mm wide. */
export function print() {
  if (!shown) return;
  const paper = document.querySelector("[data-paper]");
  const written = (name, said) => Object.assign(document.createElement(name), { textContent: said });
  const { answer } = shown;
  paper.replaceChildren(
    written("h2", `${facts()?.shop ?? ""}${how.training ? "（研修中・無効）" : ""}`),
    written("p", `${shown.business_date ?? ""} ${shown.at ? time(shown.at) : ""}  ${t("レジ", "Till")} ${facts()?.till ?? ""}`),
    written("p", `${KIND[shown.kind]}${answer ? `  ${headline(shown)}` : ""}`),
    written("pre", (answer?.print ?? [t("ポイントは後日付与します", "Points follow later")]).join("\n")),
    ...(answer?.balance ? [written("p", `${t("残高", "Balance")} ${points(answer.balance.points)}`)] : []),
    written("p", `${t("レシート番号", "Receipt no.")} ${shown.receipt_no ?? "-"}`),
    written("p", `${t("伝票", "Slip")} ${shown.slip}`),
  );
  window.print();
}
panel.querySelector("[data-does=print]").addEventListener("click", print);
