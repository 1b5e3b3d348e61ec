"""締めの状態: which state follows which; a step is an UPDATE that names the state it comes from."""

from typing import Literal

State = Literal["open", "closed", "confirmed", "approved", "sent", "settled", "returned"]
Step = Literal["confirmed", "prepared", "approved", "sent", "settled", "returned"]

# A change voids an approval; what came back is sent again, or carried on; a transfer may come back
# when it had already been seen to leave.
STEPS: dict[State, frozenset[State]] = {
    "open": frozenset({"closed"}),
    "closed": frozenset({"confirmed"}),
    "confirmed": frozenset({"approved"}),
    "approved": frozenset({"confirmed", "sent"}),
    "sent": frozenset({"settled", "returned"}),
    "returned": frozenset({"sent", "settled"}),
    "settled": frozenset({"returned"}),
}
UNCONFIRMED: frozenset[State] = frozenset({"open", "closed"})
FAILED = frozenset({"returned", "failed", "held"})
OPEN = frozenset({"planned", "sent", "short"})
TOLD: dict[State, tuple[str, str]] = {
    "open": ("受付中", "open"),
    "closed": ("締め済み", "closed"),
    "confirmed": ("速報・異議期間", "shown, objections heard"),
    "approved": ("承認済み", "approved"),
    "sent": ("送信済み", "sent"),
    "settled": ("精算済み", "settled"),
    "returned": ("戻りあり", "something came back"),
}


def after(state: State, payments: frozenset[str]) -> State:
    """What a cycle that was sent is, by the states of its payments."""
    if payments & FAILED:
        return "returned"
    return "sent" if payments & OPEN else "settled"
