"""Who is asking: what a verified token says, in the words of the mall."""

from msgspec import Struct

OPERATOR = 1
HOUSE = "house"  # the hub itself: its jobs and followers book in this name, which no client bears


class Caller(Struct, frozen=True):
    """One OAuth client while its token lives, or a person at the console. `tills` None means all
    tills of the tenant; `wide` callers (operator's and auditor's scopes) see every tenant's rows;
    those with `shops` see these alone, whosever they are. `vouched` is the doors' counter, as the
    desk knew it, before the client was looked up. `subject` is the member, under the tenant's own
    handle, in whose name the client asks; None where it asks for itself. `token` names the access
    token that was shown, so that the desk can ask whether it still holds."""

    client_id: str
    tenant_id: int
    scopes: frozenset[str]
    tills: frozenset[str] | None
    wide: bool
    vouched: int = -1
    subject: str | None = None
    shops: frozenset[int] | None = None
    token: str = ""
