"""Asking in a member's name: what a client may ask, and to whom an answer may be sent at all.

A request that names no client, or an address that the client did not register to the letter, is
answered to the person at the screen, never to the address; every other fault is sent there.
"""

import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode, urlsplit

from msgspec import Struct

from auth.knocking import Client
from auth.redirects import same_address
from auth.scopes import MEMBER

CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
STATE = re.compile(r"[\x20-\x7e]{1,1024}")
# What other standards would have us obey, and we do not: refused by the name they gave it.
NOT_SUPPORTED = {
    "request": "request_not_supported",
    "registration": "registration_not_supported",
}


class Asked(Struct, frozen=True):
    """A request in order: what is asked for, where the answer goes, who may fetch it."""

    client_id: str
    redirect_uri: str
    scopes: list[str]
    challenge: str
    state: str | None = None
    jkt: str | None = None


class NotShown(Exception):
    """Nobody knows where to send an answer: it is told to whoever sits before the screen."""


class NotAsked(Exception):
    """What is wrong with a request, in OAuth's words, for the client to read."""

    def __init__(self, error: str, why: str) -> None:
        super().__init__(error)
        self.error = error
        self.why = why


def redirect_of(form: Mapping[str, str], client: Client) -> str:
    """Where the answer goes: an address that the client registered, to the letter."""
    wanted = form.get("redirect_uri", "")
    if not any(same_address(wanted, known, client.public) for known in client.redirect_uris):
        raise NotShown
    return wanted


def asked(form: Mapping[str, str], client: Client, pushed: bool) -> Asked:
    """The request, if all of it is in order; else `NotShown` or `NotAsked`."""
    redirect_uri = redirect_of(form, client)
    if client.audience != MEMBER:
        raise NotAsked("unauthorized_client", "This client asks in nobody's name.")
    if client.pushed_only and not pushed:
        raise NotAsked("invalid_request", "This client pushes its requests.")
    answerable(form)
    challenge = form.get("code_challenge", "")
    if form.get("code_challenge_method") != "S256" or CHALLENGE.fullmatch(challenge) is None:
        raise NotAsked("invalid_request", "Ask with a code_challenge of method S256.")
    jkt = form.get("dpop_jkt")
    if jkt is not None and CHALLENGE.fullmatch(jkt) is None:
        raise NotAsked("invalid_request", "dpop_jkt is no thumbprint.")
    wanted = scopes(form, client)
    return Asked(client.client_id, redirect_uri, wanted, challenge, form.get("state"), jkt)


def answerable(form: Mapping[str, str]) -> None:
    """`NotAsked` where we could not answer as the client expects."""
    for name, error in NOT_SUPPORTED.items():
        if name in form:
            raise NotAsked(error, f"{name} is not taken here.")
    state = form.get("state")
    if state is not None and STATE.fullmatch(state) is None:
        raise NotAsked("invalid_request", "state is at most 1,024 printable letters.")
    if "response_type" not in form:
        raise NotAsked("invalid_request", "response_type is missing.")
    if form["response_type"] != "code":
        raise NotAsked("unsupported_response_type", "Ask with response_type=code.")
    if form.get("response_mode", "query") != "query":
        raise NotAsked("invalid_request", "Ask with response_mode=query, or without.")


def scopes(form: Mapping[str, str], client: Client) -> list[str]:
    """What is asked for, all of which the client may have; nothing asked is all it may."""
    wanted = sorted(set(form["scope"].split(" "))) if "scope" in form else client.scopes
    if not set(wanted) <= set(client.scopes):
        raise NotAsked("invalid_scope", "This client may not have all of that scope.")
    return wanted


def answered(redirect_uri: str, issuer: str, state: str | None, **said: str) -> str:
    """The address with an answer, who says it (RFC 9207), and the client's own state."""
    parts = urlsplit(redirect_uri)
    more = {**said, **({} if state is None else {"state": state}), "iss": issuer}
    query = [*parse_qsl(parts.query, keep_blank_values=True), *more.items()]
    return parts._replace(query=urlencode(query)).geturl()
