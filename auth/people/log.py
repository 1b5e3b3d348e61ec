"""監査記録: what was done about people, and what was done past the console; written once."""

from datetime import datetime
from typing import Any

from msgspec import Struct
from psycopg import AsyncConnection
from psycopg.rows import class_row

from federation.sql import statement

RECORD = statement(__file__, "record")
LOUD = statement(__file__, "loud")
LATELY = statement(__file__, "lately")
BREAK_GLASS = "break-glass"


class Logged(Struct, frozen=True):
    """A line of the log."""

    log_id: int
    at: datetime
    what: str
    who: str
    person_id: str | None
    told: str
    address: str

    @property
    def words(self) -> tuple[str, str]:
        """What happened, in Japanese and in English."""
        return WORDS.get(self.what, (self.what, self.what))


WORDS = {
    "invited": ("招待されました", "was invited"),
    "recovery-link": ("復旧のリンクが作られました", "a recovery link was made"),
    "link-used": ("リンクが使われました", "a link was used"),
    "role-given": ("権限が加わりました", "a role was given"),
    "role-taken": ("権限が外されました", "a role was taken away"),
    "disabled": ("停止されました", "was disabled"),
    "password-changed": ("パスワードを変えました", "the password was changed"),
    "totp-set": ("認証アプリを登録しました", "an app was set up"),
    "passkey-added": ("パスキーを登録しました", "a passkey was made"),
    "passkey-dropped": ("パスキーを外しました", "a passkey was dropped"),
    "passkey-refused": ("パスキーが通りませんでした", "a passkey was refused"),
    "signed-in": ("ログインしました", "signed in"),
    "password-wrong": ("パスワードが違いました", "a password was wrong"),
    "locked-out": ("締め出しました", "was locked out"),
    "second-wrong": ("確認コードが違いました", "a second factor was wrong"),
    "stepped-up": ("本人確認をしました", "was asked again, and proved it"),
    "step-up-wrong": ("本人確認に失敗しました", "was asked again, and failed"),
    "member-password-wrong": ("会員：パスワードが違いました", "member: a password was wrong"),
    "member-locked-out": ("会員：締め出しました", "member: was locked out"),
    "member-code-wrong": ("会員：確認コードが違いました", "member: a code was wrong"),
    "member-password-set": ("会員：パスワードを決めました", "member: a password was set"),
    "member-device-added": ("会員：新しい端末で入りました", "member: came in from a new device"),
    "break-glass": ("非常手段が使われました", "something was done past the console"),
}


async def record(
    conn: AsyncConnection[Any],
    what: str,
    who: str,
    now: datetime,
    *,
    person_id: str | None = None,
    member_id: int | None = None,
    told: str = "",
    address: str = "",
) -> None:
    """Write down who did what, to whom, and when."""
    asked = {
        "what": what, "who": who, "now": now, "person_id": person_id, "member_id": member_id,
        "told": told, "address": address,
    }  # fmt: skip
    await conn.execute(RECORD, asked)


async def loud(conn: AsyncConnection[Any], since: int) -> list[Logged]:
    """What was done past the console since a line, the newest first."""
    async with conn.cursor(row_factory=class_row(Logged)) as cursor:
        await cursor.execute(LOUD, {"since": since})
        return await cursor.fetchall()


async def lately(conn: AsyncConnection[Any], person_id: str) -> list[Logged]:
    """What was done to a person, or by them, lately; the newest first."""
    async with conn.cursor(row_factory=class_row(Logged)) as cursor:
        await cursor.execute(LATELY, {"person_id": person_id})
        return await cursor.fetchall()
