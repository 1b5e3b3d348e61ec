"""One hub and one receiver for all that is told here."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tenants.webhooks.delivering import Backoff
from tests.conftest import Given
from tests.mall import Mall, serving, settings_for
from tests.races.hubs import cloned
from tests.webhooks.receiver import Receiver, allow, certificates, receiving

QUICK = Backoff(first_seconds=0.02, factor=1.5, longest_seconds=0.2)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("webhooks")


@pytest.fixture(scope="module")
async def receiver(folder: Path) -> AsyncIterator[Receiver]:
    """A tenant's server, whose CA this process trusts."""
    trusted, _ = certificates(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", str(trusted))
        async with receiving(folder) as ours:
            yield ours


@pytest.fixture(scope="module")
async def mall(
    given: Given, template: str, folder: Path, receiver: Receiver
) -> AsyncIterator[Mall]:
    """A hub in which this receiver is allowed, and that tries again at once."""
    with cloned(given.database_url, template, "meguri_test_webhooks") as url:
        async with serving(settings_for(url, given.redis_url, folder)) as ours:
            ours.hub.messenger._backoff = QUICK
            await allow(ours, receiver)
            yield ours
