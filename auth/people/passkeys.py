"""パスキー: what an authenticator is asked, and whether its answer is to be believed (WebAuthn 2).

The answer must be of this site and origin, to the challenge that was set, by a key of that person's
that was unlocked by the person (user verification), with a counter that has moved on. Pure.
"""

import json
from collections.abc import Sequence
from urllib.parse import urlsplit

from msgspec import Struct
from webauthn import (
    base64url_to_bytes,
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

LONGEST = 16_000
NAME = "Meguri 巡り"


class NotThisKey(Exception):
    """The answer is not to be believed."""


class Passkey(Struct, frozen=True):
    """A person's key: its public half, and how often it says that it was used."""

    credential_id: bytes
    public_key: bytes
    counter: int


class Site(Struct, frozen=True):
    """Where passkeys are for: the origin that browsers name, and its host."""

    origin: str

    @property
    def host(self) -> str:
        """The relying party's id."""
        return urlsplit(self.origin).hostname or ""


def site_of(issuer: str) -> Site:
    """The site of an issuer's URL."""
    parts = urlsplit(issuer)
    return Site(f"{parts.scheme}://{parts.netloc}".lower())


def to_register(
    site: Site, person_id: str, login: str, name: str, challenge: bytes, known: Sequence[bytes]
) -> str:
    """What a browser is asked in order to make a key, as JSON."""
    return options_to_json(
        generate_registration_options(
            rp_id=site.host,
            rp_name=NAME,
            user_id=person_id.encode(),
            user_name=login,
            user_display_name=name,
            challenge=challenge,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.PREFERRED,
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
            exclude_credentials=[PublicKeyCredentialDescriptor(id=one) for one in known],
        )
    )


def to_prove(site: Site, challenge: bytes, known: Sequence[bytes]) -> str:
    """What a browser is asked in order to use one of these keys, as JSON."""
    return options_to_json(
        generate_authentication_options(
            rp_id=site.host,
            challenge=challenge,
            allow_credentials=[PublicKeyCredentialDescriptor(id=one) for one in known],
            user_verification=UserVerificationRequirement.REQUIRED,
        )
    )


def registered(site: Site, told: str, challenge: bytes) -> Passkey:
    """The new key, if the answer is to this challenge; else `NotThisKey`."""
    try:
        found = verify_registration_response(
            credential=_read(told),
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, TypeError, KeyError):
        raise NotThisKey from None
    return Passkey(found.credential_id, found.credential_public_key, found.sign_count)


def named(told: str) -> bytes:
    """Which key an answer says that it is of."""
    try:
        return base64url_to_bytes(str(json.loads(_read(told))["id"]))
    except (ValueError, TypeError, KeyError):
        raise NotThisKey from None


def proved(site: Site, told: str, challenge: bytes, key: Passkey) -> int:
    """The key's counter now, if the answer is to this challenge and by this key; else
    `NotThisKey`: also where the counter stands still, which says that the key was copied."""
    try:
        found = verify_authentication_response(
            credential=_read(told),
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=key.public_key,
            credential_current_sign_count=key.counter,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, TypeError, KeyError):
        raise NotThisKey from None
    return found.new_sign_count


def _read(told: str) -> str:
    if len(told) > LONGEST:
        raise NotThisKey
    return told
