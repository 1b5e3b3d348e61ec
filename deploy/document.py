"""The API's own document (OpenAPI 3.1): what the framework tells of the routes, and who may come
in through each."""

from typing import Any

from litestar import Litestar

from auth.gate import ANYONE, CONSOLE, NOBODY, handlers
from auth.scopes import SCOPES
from auth.token_api import CLIENT

TOKENS = "/oauth/token"
TEXT = {"schema": {"type": "string"}}
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
            operation.setdefault("security", ways_in(handler.opt["requires"]))
            for status, kinds in handler.opt.get("also", {}).items():
                operation["responses"][str(status)]["content"] |= dict.fromkeys(kinds, TEXT)
    return {name: as_they_are(value) for name, value in told.items()}


def ways_in(requires: str) -> list[dict[str, list[str]]]:
    """How a client may come in: with a token of these scopes, bound to a key or not; or freely."""
    if requires == ANYONE:
        return []
    assert requires not in (CONSOLE, NOBODY), "a page for people is no part of the API"
    return [{"oauth2": requires.split()}, {"dpop": requires.split()}]


def as_they_are(told: Any) -> Any:
    """The same, with times of day as such: the framework takes them for durations."""
    match told:
        case {"type": "string", "format": "duration"}:
            return {**{k: v for k, v in told.items() if k != "format"}, "pattern": TIME_OF_DAY}
        case dict():
            return {key: as_they_are(value) for key, value in told.items()}
        case list():
            return [as_they_are(value) for value in told]
        case _:
            return told
