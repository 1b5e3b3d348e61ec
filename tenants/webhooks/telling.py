"""出来事の書き方: the words in which a tenant is told of what happened, the same each time, for
whoever asks for them and for whoever has them delivered."""

from collections.abc import Mapping
from datetime import UTC, datetime

import msgspec
from msgspec import Raw, Struct

from federation.events import Event
from federation.opaque import Names
from tenants.entries import shown

PING = "ping"
# Every type there is; `docs/webhooks.md` is held against it.
TYPES: Mapping[str, tuple[str, str]] = {
    "entry.accrual": ("付与", "points were given for a sale"),
    "entry.redemption": ("利用", "points were spent"),
    "entry.coupon": ("クーポン", "a coupon was used"),
    "entry.reversal": ("取消", "a slip was undone"),
    "entry.return": ("返品", "goods came back"),
    "entry.hold": ("取置", "points were set aside"),
    "entry.release": ("取置の解放", "a hold ended"),
    "entry.lapse": ("失効", "points lapsed (the operator's)"),
    "entry.repayment": ("不足の充当", "points paid what was owed"),
    "entry.adjustment": ("調整", "the operator adjusted points"),
    "entry.bonus": ("ボーナス", "points without a sale"),
    "entry.import": ("移行残高", "a balance was brought over"),
    "entry.merge": ("会員統合", "two members became one"),
    "entry.withdrawal": ("退会", "a member left"),
    "entry.changeover": ("移行精算", "points changed their scheme"),
    "cycle.closed": ("締め・精算書の封印", "a cycle was sealed, and the statement is there"),
    "cycle.confirmed": ("速報の確定", "a statement is shown; objections are heard"),
    "cycle.approved": ("支払の承認", "the payments were approved"),
    "cycle.sent": ("支払の送信", "the payments were sent"),
    "cycle.settled": ("精算の完了", "everything was paid"),
    "cycle.returned": ("支払の戻り", "a payment came back"),
    "dispute.opened": ("異議の申立", "a line is disputed"),
    "dispute.decided": ("異議の裁定", "a dispute was decided"),
    "paper.issued": ("書類の発行", "a paper was issued"),
    "till.revoked": ("レジの停止", "a till was stopped"),
    "client.revoked": ("クライアントの停止", "a client was shut out"),
    "member.frozen": ("会員の利用停止", "a member's points are frozen"),
    "member.unfrozen": ("利用停止の解除", "they are free again"),
    "member.card-replaced": ("カードの再発行", "a member's card was replaced"),
    "webhook.disabled": ("送信先の停止", "an endpoint failed for three days and is off"),
}


class EventTold(Struct, frozen=True):
    """An event as its tenant reads it; `sequence` grows, and leaves numbers out."""

    id: str
    type: str
    timestamp: datetime
    sequence: int
    data: Raw


class PingTold(Struct, frozen=True):
    """A try of an endpoint; it is no event, and no list has it."""

    id: str
    type: str
    timestamp: datetime
    data: dict[str, str]


def event_id(names: Names, tenant_id: int, sequence: int) -> str:
    """What an event is called for ever: it is also the cursor that leads on behind it."""
    return names.seal("cursor", tenant_id, sequence)


def told(event: Event, names: Names) -> EventTold:
    """An event under opaque ids, its member under the tenant's own handle."""
    return EventTold(
        event_id(names, event.tenant_id, event.sequence),
        event.kind,
        event.at.astimezone(UTC),
        event.sequence,
        Raw(content_of(event, names)),
    )


def content_of(event: Event, names: Names) -> bytes:
    """What an event says beside its envelope: an entry as it is read, or what was noticed."""
    if event.entry is not None:
        return msgspec.json.encode(shown(event.entry, names, event.tenant_id))
    assert event.content is not None
    if event.member_id is None:
        return event.content.encode()
    handle = names.seal("member", event.tenant_id, event.member_id)
    return msgspec.json.encode({"member": handle, **msgspec.json.decode(event.content)})


def written(event: Event, names: Names) -> bytes:
    """An event's bytes, as they are signed and sent."""
    return msgspec.json.encode(told(event, names))


def lane(event: Event) -> int:
    """What goes one after another: the events of a member, and those that concern none."""
    return event.member_id or 0
