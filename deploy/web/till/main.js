// レジ: what stands on the screen, which key does what, and whether there is a line.

import * as day from "./day.js";
import * as outbox from "./outbox.js";
import * as sale from "./sale.js";
import * as slips from "./slips.js";
import { failed, how, idle, print, show, told } from "./answer.js";
import { recovered } from "./booking.js";
import { changed, undecided, waiting } from "./chain.js";
import { refresh } from "./desk.js";
import { business_date, facts, remember } from "./facts.js";
import { LineLost, enrol, known, line, probe } from "./hub.js";
import { made } from "./keys.js";
import { hasCamera, listen, look, meant } from "./scanner.js";
import { forget, keep, kept, swept } from "./store.js";
import { sure } from "./sure.js";
import * as training from "./training.js";
import { day as daily, t } from "./words.js";

const TICK = 5000;         // milliseconds: is the line back, is the day over
const SOON = 500;
const A_WHILE = 600_000;
const REMEMBERED = 40;     // days
const $ = (found) => document.querySelector(found);
const form = (name) => $(`[data-form=${name}]`);
const OPENS = { slips: () => slips.open(), day: day.open, outbox: outbox.open, settings };
const FIRST = "[tabindex], input, button:not(:disabled)";
const SCANNING = ["sale", "redeem", "hold"];
let view = "";
let asked_at = 0;

async function goes(name) {
  if (name === "training") {
    await trained(!how.training);
    name = "sale";
  }
  view = name;
  for (const one of document.querySelectorAll(".view")) one.hidden = one.dataset.view !== name;
  for (const one of document.querySelectorAll(".key")) {
    if (one.dataset.goes === name) one.setAttribute("aria-current", "page");
    else one.removeAttribute("aria-current");
  }
  if (SCANNING.includes(name)) form(name).elements.card.focus();
  await OPENS[name]?.();
  // What had the focus is hidden now: keys go on from here, and a screen reader says where one is.
  const here = $(`.view[data-view=${name}]`);
  if (!here.contains(document.activeElement)) [...here.querySelectorAll(FIRST)].find((one) => one.checkVisibility())?.focus();
}

/** 研修: begun and ended by hand; a till that was shut in training opens in training. */
async function trained(on) {
  how.training = on;
  training.forget();
  await keep("training", on);
  dressed();
  for (const name of SCANNING) form(name).reset();
  idle();
  await told_of_line();
}

function dressed() {
  document.body.classList.toggle("training", how.training);
  for (const one of [$("[data-training]"), $("[data-watermark]")]) one.hidden = !how.training;
}

async function told_of_line() {
  const count = await waiting();
  $("[data-line]").textContent = line.up ? t("● オンライン", "● Online") : t("○ 回線断", "○ No line");
  $("[data-waits]").hidden = !count;
  $("[data-waits]").textContent = t(`送信待ち ${count} 件`, `${count} to be sent`);
  const banner = $("[data-banner]");
  banner.hidden = line.up && !how.training;
  banner.textContent = how.training
    ? t("研修中です。記帳は行われません。終了は F8。", "Training: nothing is booked. F8 ends it.")
    : t(`回線が切れています。付与は受け付け、戻ってから送ります（送信待ち ${count} 件）。`, `No line. Sales are kept and sent when it is back (${count} waiting).`);
}

function faced() {
  if (!facts()) return;
  $("[data-shop]").textContent = `${facts().shop} · ${facts().till}`;
  $("[data-day]").textContent = t(`営業日 ${daily(business_date())}`, daily(business_date()));
}

async function settings() {
  const client = await known();
  form("settings").elements.staff.value = (await kept("staff")) ?? "";
  form("settings").elements.muted.checked = how.muted;
  $("[data-client]").textContent = client.client_id;
  $("[data-kid]").textContent = (await kept("chain")).kid;
  form("settings").elements.staff.focus();
}

form("settings").addEventListener("submit", async (event) => {
  event.preventDefault();
  if (!event.target.reportValidity()) return;
  how.muted = event.target.elements.muted.checked;
  await keep("muted", how.muted);
  await keep("staff", event.target.elements.staff.value.trim());
  told("good", t("保存しました", "Saved"));
});

form("enrol").addEventListener("submit", async (event) => {
  event.preventDefault();
  const { code } = event.target.elements;
  try {
    const answer = await enrol(code.value, { door: await made(), line: await made() });
    if (answer.status === 201) return await begins();
    $(".answer").hidden = false;
    return told("bad", t("登録できません", "Not enrolled"), { sub: t("コードが違うか、期限が切れています。新しいコードを出してもらってください。", "The code is wrong or over: ask for a new one.") });
  } catch {
    $(".answer").hidden = false;
    return told("bad", t("回線が切れています", "No line"));
  }
});

$("[data-does=forget]").addEventListener("click", async () => {
  const count = await waiting();
  const said = await sure({ title: t("このレジの登録を消しますか", "Forget this till?"), danger: true,
    text: count ? t(`送信待ちが ${count} 件あります。消すと失われます。`, `${count} sales wait to be sent and would be lost.`) : t("もう一度使うには新しい登録コードが要ります。", "To use it again a new code is needed.") });
  if (!said) return;
  await forget();
  location.reload();
});

function keyed(event) {
  if ($("dialog[open]")) return;
  const named = document.querySelector(`.key[data-key="${event.key}"]`);
  if (named && !$("nav.keys").hidden) {
    event.preventDefault();
    goes(named.dataset.goes);
  } else if (event.altKey && event.key.toLowerCase() === "p") {
    event.preventDefault();
    print();
  } else if (event.key === "Escape" && SCANNING.includes(view)) {
    form(view).reset();
  } else if (view === "slips" && !event.ctrlKey && !event.metaKey) {
    const verb = { v: "void", r: "return", c: "capture", l: "release", p: "again" }[event.key.toLowerCase()];
    if (!verb) return;
    event.preventDefault();   // or the letter would stand in the dialog's field
    slips.does(verb);
  } else if (view === "outbox" && event.key.toLowerCase() === "s" && !event.ctrlKey) {
    outbox.send();
  }
}

/** The field that a reading belongs in; from another screen it begins a sale. */
function placed(text) {
  if ($("nav.keys").hidden) return null;
  const at = document.activeElement?.name;
  if (!SCANNING.includes(view)) goes("sale");
  const { card } = form(view).elements;
  const where = meant(text, { at, lacksCard: !card.value || (at === "card" && card.value === text) });
  return form(view).elements[where] ?? null;
}

/** What the line brings when it is back: the answers that were lost, the lines that wait. */
async function caughtUp() {
  await told_of_line();
  if (!line.up) {
    if (navigator.onLine) setTimeout(probe, SOON);   // one slow answer is not yet a line that is cut
    return;
  }
  asked_at = Date.now();
  try {
    await refresh();
    if ($("nav.keys").hidden && facts()) await opens();
    faced();
    if (how.training) return;
    const found = (await recovered()).filter((one) => one.answer || one.problem);
    if (found.length) show(found.at(-1));
    await outbox.send();
    await told_of_line();
  } catch (error) {
    if (!(error instanceof LineLost)) failed(error);
  }
}

async function ticks() {
  faced();
  if (!line.up) {
    if (navigator.onLine) await probe();
  } else if (Date.now() - asked_at > A_WHILE) {
    await caughtUp();   // the clock, the terms, lines that waited for a card
  } else if (!how.training && await undecided()) {
    await outbox.send();
  }
}

/** The till opens once it knows its shop and its day: from the hub, or from what was kept. */
async function begins() {
  how.training = Boolean(await kept("training"));
  how.muted = Boolean(await kept("muted"));
  dressed();
  $(".answer").hidden = false;
  idle();
  line.addEventListener("turned", caughtUp);
  changed.addEventListener("moved", told_of_line);
  addEventListener("online", () => probe());
  setInterval(ticks, TICK);
  if (await remember()) await opens();
  await caughtUp();
}

async function opens() {
  faced();
  $("nav.keys").hidden = false;
  for (const one of document.querySelectorAll("[data-camera]")) one.hidden = !hasCamera();
  await goes("sale");
  await told_of_line();
  await swept(new Date(Date.parse(business_date()) - REMEMBERED * 86_400_000).toISOString().slice(0, 10));
  document.body.dataset.ready = "yes";
}

const NO_CAMERA = {
  NotAllowedError: t("ブラウザーの設定で、この画面にカメラを許してください。", "Let this page use the camera, in the browser's settings."),
  NotFoundError: t("この端末にはカメラがありません。", "This device has no camera."),
  NotReadableError: t("カメラはほかのアプリが使っています。", "Another app uses the camera."),
};

/** No camera: what the cashier does instead. */
function withoutCamera(why) {
  told("bad", t("カメラで読み取れません", "The camera does not read"), { sub: NO_CAMERA[why] ?? t("カメラが始まりませんでした。", "The camera did not start."), other: t("読取機で読むか、番号を入力してください。", "Use the scanner, or type the number.") });
}

listen(placed, sale.read);
addEventListener("keydown", keyed);
for (const one of document.querySelectorAll(".key")) one.addEventListener("click", () => goes(one.dataset.goes));
$("[data-does=send]").addEventListener("click", outbox.send);
for (const one of document.querySelectorAll("[data-camera]")) one.addEventListener("click", () => look($("[data-dialog=camera]"), placed, sale.read, withoutCamera));
$("[data-dialog=camera] [data-no]").addEventListener("click", () => $("[data-dialog=camera]").close());
sale.wire(SCANNING.map(form));
navigator.serviceWorker?.register("/till/sw.js", { scope: "/till" }).catch(() => {});   // without it the page needs the line to open
navigator.storage?.persist?.();
if (await known()) await begins();
else {
  await goes("enrol");
  await told_of_line();
  document.body.dataset.ready = "yes";
}
