"""How a receiver knows that what came is the hub's; and where the secret of that lies."""

import base64

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

from deploy.clock import wall
from tenants.webhooks.signing import OtherSecret, Vault, new_secret, public, shown, signature

BODY = b'{"type":"entry.accrual"}'


def test_what_the_hub_signs_the_standards_own_library_verifies() -> None:
    key, other = new_secret(), new_secret()
    now = int(wall().timestamp())  # the library reads the clock itself
    sent = {
        "webhook-id": "e",
        "webhook-timestamp": str(now),
        "webhook-signature": signature([other, key], "e", now, BODY),
    }
    for secret in (key, other):
        assert Webhook(shown(secret)).verify(BODY, sent)["type"] == "entry.accrual"
    for changed in (
        {**sent, "webhook-id": "f"},
        {**sent, "webhook-timestamp": str(now - 1)},
        {**sent, "webhook-timestamp": str(now - 301)},
        {**sent, "webhook-signature": signature([new_secret()], "e", now, BODY)},
    ):
        with pytest.raises(WebhookVerificationError):
            Webhook(shown(key)).verify(BODY, changed)
    with pytest.raises(WebhookVerificationError):
        Webhook(shown(key)).verify(BODY + b" ", sent)


def test_a_sealed_secret_opens_for_its_own_endpoint_and_instance_alone() -> None:
    vault, key = Vault("the secret of a test"), new_secret()
    sealed = vault.seal(key, "7/a")
    assert key not in sealed
    assert vault.open(sealed, "7/a") == key
    for stranger, whose in ((vault, "7/b"), (vault, "8/a"), (Vault("another"), "7/a")):
        with pytest.raises(OtherSecret):
            stranger.open(sealed, whose)


def of_key(header: str) -> bytes:
    """The `v1a` signature of a header."""
    [made] = [one for one in header.split() if one.startswith("v1a,")]
    return base64.b64decode(made.removeprefix("v1a,"))


def test_what_the_hub_signs_with_an_endpoints_key_its_public_half_verifies() -> None:
    vault, key = Vault("the secret of a test"), new_secret()
    signer = vault.signer("7/a")
    header = signature([key], "e", 1_795_237_403, BODY, signer)
    shown_as = public(signer)
    assert shown_as.startswith("whpk_")
    known = Ed25519PublicKey.from_public_bytes(base64.b64decode(shown_as.removeprefix("whpk_")))
    known.verify(of_key(header), b"e.1795237403." + BODY)
    for said in (b"f.1795237403." + BODY, b"e.1795237404." + BODY, b"e.1795237403." + BODY + b" "):
        with pytest.raises(InvalidSignature):
            known.verify(of_key(header), said)
    sent = {
        "webhook-id": "e", "webhook-timestamp": str(int(wall().timestamp())),
        "webhook-signature": "",
    }  # fmt: skip
    both = signature([key], "e", int(sent["webhook-timestamp"]), BODY, signer)
    assert Webhook(shown(key)).verify(BODY, {**sent, "webhook-signature": both}), "v1 stands beside"


def test_each_endpoint_has_a_key_of_its_own_so_that_nobody_passes_on_what_was_signed() -> None:
    vault = Vault("the secret of a test")
    keys = [public(vault.signer(one)) for one in ("7/a", "7/b", "8/a")]
    keys.append(public(Vault("another").signer("7/a")))
    assert len(set(keys)) == 4
    assert public(Vault("the secret of a test").signer("7/a")) == keys[0], "and keeps it"
