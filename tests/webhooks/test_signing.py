"""How a receiver knows that what came is the hub's; and where the secret of that lies."""

import pytest
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

from deploy.clock import wall
from tenants.webhooks.signing import OtherSecret, Vault, new_secret, shown, signature

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
