"""Why a request was not done: each refusal is a class, and its docstring is the message.

The first line of a docstring is what Japanese readers see, the second what English readers see.
`status`, `do` and `staff_text` follow the contract; a problem's `type` is `/problems/<slug>`,
the class name in kebab case (RFC 9457). A refusal of status 409 burns its slip unless it says
`burns = False`.
"""

import re
from typing import Any, ClassVar, Literal

import msgspec

Do = Literal["retry", "new-slip", "ask-member", "call"]


class Refusal(Exception):
    """要求を受け付けられません
    The request cannot be done."""

    status: ClassVar[int] = 409
    burns: ClassVar[bool] = True
    do: ClassVar[Do] = "call"
    staff_text: ClassVar[str] = "本部へ連絡"

    def __init__(self, *, retry_after: int | None = None, **extra: Any) -> None:
        """`extra` members join the problem body; `retry_after` seconds become the header."""
        super().__init__(self.slug)
        self.extra = extra
        self.retry_after = retry_after

    @property
    def slug(self) -> str:
        """The problem's short name, as in `/problems/not-enough-points`."""
        return slug_of(type(self))

    def body(self) -> bytes:
        """The problem document (RFC 9457), equal for equal refusals, with nobody's data in it."""
        title, title_en = titles(type(self))
        return msgspec.json.encode(
            {
                "type": f"/problems/{self.slug}",
                "status": self.status,
                "title": title,
                "title_en": title_en,
                "staff_text": self.staff_text,
                "do": self.do,
                **self.extra,
            }
        )


def slug_of(refusal: type[Refusal]) -> str:
    """The class name in kebab case."""
    return re.sub(r"(?<!^)(?=[A-Z])", "-", refusal.__name__).lower()


def titles(refusal: type[Refusal]) -> tuple[str, str]:
    """The docstring's two lines: Japanese, English."""
    japanese, english = (line.strip() for line in (refusal.__doc__ or "").strip().splitlines()[:2])
    return japanese, english


class Validation(Refusal):
    """入力の形式が正しくありません
    The request is not well formed."""

    status = 400
    do = "new-slip"
    staff_text = "入力内容を確認"


class ClockAhead(Refusal):
    """端末の時計が進んでいます
    The till's clock is ahead of the hub's by more than five minutes."""

    status = 400
    do = "retry"
    staff_text = "端末の時計を確認"


class NotFound(Refusal):
    """該当するものがありません
    There is no such thing for this caller."""

    status = 404
    do = "call"
    staff_text = "番号を確認"


class NotArrived(Refusal):
    """この伝票は届いていません
    This slip has not arrived."""

    status = 404
    do = "retry"
    staff_text = "伝票未着・再送信"


class TooLarge(Refusal):
    """データが大きすぎます（256 KiB まで、一括送信は 5 MB・2 万行まで）
    The request is larger than 256 KiB, or a batch than 5 MB or 20,000 lines."""

    status = 413
    do = "call"
    staff_text = "データが大きすぎます"


class UnsupportedMediaType(Refusal):
    """application/json で送ってください（一括送信は application/x-ndjson、会員一覧は text/csv）
    Send application/json; a batch as application/x-ndjson, a list of members as text/csv."""

    status = 415
    do = "call"
    staff_text = "レジ設定を確認"


class SlipFiledAway(Refusal):
    """この伝票は記帳済みで、応答は保管した月にあります。新しい取引は新しい伝票番号で送ってください
    This slip was booked, and its answer is in a month that was detached: use a new slip number."""

    do = "new-slip"
    staff_text = "保管済みの伝票番号"


class SlipReused(Refusal):
    """同じ伝票番号が別の内容で使われています
    This slip was used before with other content."""

    status = 422
    do = "new-slip"
    staff_text = "伝票番号が重複"


class ReceiptAlreadyBooked(Refusal):
    """このレシートにはすでにポイントが付いています
    This receipt has already earned points."""

    do = "ask-member"
    staff_text = "このレシートは付与済み"


class SlipCancelled(Refusal):
    """この伝票は届く前に取り消されています
    This slip was cancelled before it arrived."""

    do = "new-slip"
    staff_text = "取消済みの取引"


class AlreadyReversed(Refusal):
    """この伝票はすでに取り消されています
    This slip has been reversed already."""

    do = "new-slip"
    staff_text = "取消済みの取引"


class NotReversible(Refusal):
    """付与したポイントが使われたため取消できません。返品を使ってください
    Points that it gave have been spent since: use a return."""

    do = "call"
    staff_text = "取消不可・返品で処理"


class NotEnoughPoints(Refusal):
    """使えるポイントが足りません
    The member's unexpired points do not reach."""

    do = "ask-member"
    staff_text = "ポイントが足りません"


class PointsOwed(Refusal):
    """返品で不足したポイントが残っているため使えません
    Points are still owed from a return, so none can be spent."""

    do = "ask-member"
    staff_text = "不足ポイントあり"


class CardNotActive(Refusal):
    """このカードは停止されています
    This card has been stopped."""

    do = "ask-member"
    staff_text = "カード停止中・窓口へ案内"


class CardNotRegistered(Refusal):
    """このカードは未登録です。ポイントはたまりますが、ご利用には会員登録が必要です
    Nobody has registered this card yet: it earns, and spends once it is registered."""

    do = "ask-member"
    staff_text = "未登録・会員登録を案内"


class NeedsMemberCode(Refusal):
    """カード番号だけでは使えません。アプリのコードを読み取ってください
    A card number alone does not reach for this many points: scan the member's code."""

    do = "ask-member"
    staff_text = "アプリのコードを読み取り"


class WrongPin(Refusal):
    """暗証番号が違います。5回まちがえると使えなくなります
    The PIN is wrong: after five wrong tries it is shut."""

    do = "ask-member"
    staff_text = "暗証番号が違います"


class CodeExpired(Refusal):
    """会員コードの有効時間が過ぎています。アプリの画面を更新してください
    The member's code is over: have the app show a new one."""

    do = "ask-member"
    staff_text = "コード期限切れ・画面更新を"


class CodeUsed(Refusal):
    """この会員コードはすでに利用に使われています。アプリの画面を更新してください
    The member's code has paid already: have the app show a new one."""

    do = "ask-member"
    staff_text = "コード使用済・画面更新を"


class OverLimit(Refusal):
    """定められた上限を超えています
    This is more than the agreed limit."""

    do = "ask-member"
    staff_text = "利用上限を超えています"


class HoldsOpen(Refusal):
    """取置中のポイントがあるため統合できません
    Points are held: the members cannot become one yet."""

    staff_text = "取置中・解放後に統合"


class AlreadyMerged(Refusal):
    """この会員はすでに他の会員に統合されています
    This member has become one with another already."""

    staff_text = "統合済みの会員"


class MemberWithdrawn(Refusal):
    """この会員はすでに退会しています
    This member has left."""

    staff_text = "退会済みの会員"


class MemberFrozen(Refusal):
    """この会員は利用停止中のため統合できません
    This member's points are frozen: they cannot become another's yet."""

    staff_text = "利用停止中の会員"


class CardKnown(Refusal):
    """新しい番号はすでに登録されています
    The new number leads to a member already."""

    staff_text = "登録済みの番号"


class HoldCaptured(Refusal):
    """この取置はすでに確定しています
    This hold has been captured already."""

    do = "new-slip"
    staff_text = "確定済みの取置"


class HoldReleased(Refusal):
    """この取置はすでに解放されています
    This hold has been released already."""

    do = "new-slip"
    staff_text = "解放済みの取置"


class HoldExpired(Refusal):
    """取置の時間が過ぎ、ポイントは会員に戻っています
    This hold's time is over: its points are the member's to spend again."""

    do = "ask-member"
    staff_text = "取置の期限切れ"


class CaptureExceedsHold(Refusal):
    """取置より多いポイントは確定できません
    More points than are held cannot be captured."""

    do = "new-slip"
    staff_text = "取置ポイントを超過"


class AlreadyReturned(Refusal):
    """この取引はすでに返品されています
    The goods of this receipt have come back already."""

    do = "new-slip"
    staff_text = "返品済みの取引"


class ReturnExceedsOriginal(Refusal):
    """購入の残りを超える返品はできません
    More cannot come back than is left of the purchase."""

    do = "call"
    staff_text = "購入額を超えています"


class RingFenced(Refusal):
    """このポイントは他の施設専用です。ここで使えるポイントが足りません
    These points are for another facility alone: what may be spent here does not reach."""

    do = "ask-member"
    staff_text = "他施設専用ポイントです"


class RateLimited(Refusal):
    """要求が多すぎます。少し待ってから送ってください
    Too many requests: wait a little."""

    status = 429
    do = "retry"
    staff_text = "少し待って再送信"


class TillNotActive(Refusal):
    """このレジは停止されています
    This till has been stopped."""

    burns = False
    do = "call"
    staff_text = "レジ停止中・本部へ連絡"


class TenantSuspended(Refusal):
    """このテナントは取扱停止中です
    This tenant is suspended."""

    burns = False
    do = "call"
    staff_text = "取扱停止中・本部へ連絡"


class TooLate(Refusal):
    """営業日が古いため受け付けられません（通常は前日、一括送信は 31 日前まで）
    The business date is before yesterday, or a batch line is older than 31 days."""

    do = "call"
    staff_text = "営業日が古い・本部へ連絡"


class Busy(Refusal):
    """混み合っています。同じ伝票をそのまま送り直してください
    The hub is busy: send the same slip again."""

    status = 503
    do = "retry"
    staff_text = "混雑中・そのまま再送信"


class Broken(Refusal):
    """処理を完了できませんでした。同じ伝票をそのまま送り直してください
    Something of ours failed: send the same slip again."""

    status = 500
    do = "retry"
    staff_text = "障害・そのまま再送信"
