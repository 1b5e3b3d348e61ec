"""応答は残らない: what somebody was let in to see is kept by no browser and no cache on the way,
whichever route answers and whatever it forgot to say; and its kind is never guessed."""

from typing import Any

from deploy.asgi import NO_GUESSING, NO_STORE

OURS = b"__Host-meguri"  # how the names of the cookies of people, members and devices begin


async def unkept(message: Any, scope: Any) -> None:
    """Say so, where an answer does not say itself how long it may be kept."""
    if message["type"] != "http.response.start":
        return
    told = {name.lower() for name, _ in message["headers"]}
    added = [] if NO_GUESSING[0] in told else [NO_GUESSING]
    if NO_STORE[0] not in told and let_in(scope):
        added.append(NO_STORE)
    message["headers"] = [*message["headers"], *added]


def let_in(scope: Any) -> bool:
    """Whether somebody comes with a right of their own: a token, or a session."""
    if "caller" in scope.get("state", {}):
        return True
    return any(name == b"cookie" and OURS in value for name, value in scope["headers"])
