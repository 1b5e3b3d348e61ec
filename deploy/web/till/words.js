// 言葉: what the till says, in the page's language; refusals are said in both.

export const lang = document.documentElement.lang;
export const t = (ja, en) => (lang === "ja" ? ja : en);
const counted = new Intl.NumberFormat("ja-JP");
export const points = (n) => `${counted.format(n)} pt`;
export const yen = (n) => (lang === "ja" ? `${counted.format(n)} 円` : `¥${counted.format(n)}`);
export const time = (at) => new Intl.DateTimeFormat(lang === "ja" ? "ja-JP" : "en-GB",
  { timeZone: "Asia/Tokyo", hour: "2-digit", minute: "2-digit" }).format(new Date(at));
export const day = (on) => new Intl.DateTimeFormat(lang === "ja" ? "ja-JP" : "en-GB",
  { timeZone: "UTC", month: "long", day: "numeric", weekday: "short" }).format(new Date(`${on}T00:00:00Z`));
export const date = (on) => new Intl.DateTimeFormat(lang === "ja" ? "ja-JP" : "en-GB",
  { timeZone: "UTC", year: "numeric", month: "short", day: "numeric" }).format(new Date(`${on}T00:00:00Z`));
export const masked = (card) => `…${card.slice(-4)}`;

export const DO = {
  "retry": ["少し待って、もう一度お試しください。", "Wait a little and try again."],
  "new-slip": ["内容を直して、もう一度入力してください。", "Mend what was entered and try again."],
  "ask-member": ["お客様に確認してください。", "Ask the customer."],
  "call": ["本部へ連絡してください。", "Call your head office."],
};
export const KIND = {
  accrual: t("付与", "Earn"), redemption: t("利用", "Spend"), purchase: t("利用と付与", "Spend and earn"),
  hold: t("取置", "Hold"), capture: t("取置の確定", "Capture"), release: t("取置の解放", "Release"),
  reversal: t("取消", "Void"), return: t("返品", "Return"), coupon: t("クーポン", "Coupon"),
};
export const REASON = {
  "below-unit": t("付与単位に満たないため 0 pt です", "Below the unit: 0 pt"),
  "excluded": t("対象外の商品のため 0 pt です", "Goods that earn nothing: 0 pt"),
  "paid-by-points": t("全額ポイント払いのため 0 pt です", "Paid with points alone: 0 pt"),
};
export const STATE = {
  waits: t("送信待ち", "To be sent"), received: t("受付済み", "Received"), waiting: t("保留", "On hold"),
  booked: t("記帳しました", "Booked"), repeat: t("記帳済みでした", "Booked before"), refused: t("お断り", "Refused"),
};
