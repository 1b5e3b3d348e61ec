"""Who sits before the screen: the port through which the doors learn that a member signed in.

How a member signs in is not the doors' business. Whoever builds that gives `create_app` one of
these; without one, members' apps find the doors for members shut, and the metadata says so.
"""

from typing import Any, Protocol

from litestar import Request
from msgspec import Struct


class Subject(Struct, frozen=True):
    """A member who signed in, and the name under which the consent page greets them."""

    member_id: int
    name: str


class SignIn(Protocol):
    """Where members sign in."""

    async def signed_in(self, request: Request[Any, Any, Any]) -> Subject | None:
        """The member whose session this request bears; None where nobody is signed in."""
        ...

    def door(self, back: str) -> str:
        """The page on which to sign in, which then leads `back` (a path of ours, with its query)
        by 303, so that no password is ever sent on."""
        ...
