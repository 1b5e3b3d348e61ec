"""The API's own document (OpenAPI 3.1): what the framework tells of the routes, and who may come
in through each."""

from typing import Any

from litestar import Litestar

from auth.gate import ANYONE, CONSOLE, NOBODY, handlers
from auth.people.reception import COOKIE, IN_HEADER, SAFE
from auth.people.roles import ROLES
from auth.scopes import SCOPES
from auth.token_api import CLIENT
from tenants.answers_api import OF_EVERY_TOKEN

TOKENS = "/oauth/token"
TEXT = {"schema": {"type": "string"}}
HELD_BY_PEOPLE = frozenset(scope for role in ROLES.values() for scope in role.scopes)
TIME_OF_DAY = r"^([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?$"
SCHEMES = {
    "oauth2": {
        "type": "oauth2",
        "description": "アクセストークン（Authorization: Bearer） · an access token (RFC 9068)",
        "flows": {
            "clientCredentials": {
                "tokenUrl": TOKENS,
                "scopes": {
                    name: f"{one.ja} · {one.en}"
                    for name, one in SCOPES.items()
                    if one.audiences & {"till", "backoffice", "operator"}
                },
            },
            "authorizationCode": {
                "authorizationUrl": "/oauth/authorize",
                "tokenUrl": TOKENS,
                "scopes": {
                    name: f"{one.ja} · {one.en}"
                    for name, one in SCOPES.items()
                    if "member" in one.audiences
                },
            },
        },
    },
    "dpop": {
        "type": "http",
        "scheme": "dpop",
        "description": "鍵に結び付いたトークン（DPoP ヘッダーの証明とともに） · "
        "a token bound to a key, beside a proof of that key in the header DPoP (RFC 9449)",
    },
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": COOKIE,
        "description": "コンソールにサインインした人のセッション · "
        "the session of somebody who signed in at the console",
    },
    "form": {
        "type": "apiKey",
        "in": "header",
        "name": IN_HEADER,
        "description": "セッションで変更するとき、ページが渡すフォームトークン · "
        "the form token of a page, wherever a session changes something",
    },
    CLIENT: {
        "type": "http",
        "scheme": "basic",
        "description": "クライアントの秘密、または本文の client_assertion · "
        "the client's secret, or a client_assertion in the form (RFC 7523)",
    },
}


def document(app: Litestar) -> dict[str, Any]:
    """The document, with who may come in through each operation, and as what else it may answer."""
    told = app.openapi_schema.to_schema()
    told["components"]["securitySchemes"] = SCHEMES
    for path, method, handler in handlers(app.routes):
        operation = told["paths"].get(path, {}).get(method.lower())
        if operation is not None:
            operation.setdefault("security", ways_in(method, handler.opt["requires"]))
            if handler.opt["requires"] == ANYONE:
                without_tokens(operation["responses"])
            for status, kinds in handler.opt.get("also", {}).items():
                operation["responses"][str(status)]["content"] |= dict.fromkeys(kinds, TEXT)
    return {name: as_they_are(value) for name, value in told.items()}


def ways_in(method: str, requires: str) -> list[dict[str, list[str]]]:
    """How one may come in: with a token of these scopes, bound to a key or not; with a session
    whose roles have them; or freely."""
    if requires == ANYONE:
        return []
    assert requires not in (CONSOLE, NOBODY), "a page for people is no part of the API"
    scopes = requires.split()
    ways = [{"oauth2": scopes}, {"dpop": scopes}]
    if HELD_BY_PEOPLE.issuperset(scopes):
        ways.append({"session": scopes} | ({} if method in SAFE else {"form": scopes}))
    return ways


def without_tokens(responses: dict[str, Any]) -> None:
    """Take out what is said of tokens: where anyone comes in, nobody's token is looked at."""
    for status in (401, 403):
        told = responses.get(str(status), {"description": ""})
        slugs = told["description"].split(" · ")
        if OF_EVERY_TOKEN[status].issubset(slugs):
            told["description"] = " · ".join(
                one for one in slugs if one not in OF_EVERY_TOKEN[status]
            )
            if not told["description"]:
                del responses[str(status)]


def as_they_are(told: Any) -> Any:
    """The same, with times of day as such, which the framework takes for durations, and bytes as
    they stand in JSON: letters of base64, four for three."""
    match told:
        case {"type": "string", "contentEncoding": "utf-8"}:
            letters = {
                name: -(-told[name] // 3) * 4 for name in ("minLength", "maxLength") if name in told
            }
            return {**told, **letters, "contentEncoding": "base64"}
        case {"type": "string", "format": "duration"}:
            return {**{k: v for k, v in told.items() if k != "format"}, "pattern": TIME_OF_DAY}
        case dict():
            return {key: as_they_are(value) for key, value in told.items()}
        case list():
            return [as_they_are(value) for value in told]
        case _:
            return told
