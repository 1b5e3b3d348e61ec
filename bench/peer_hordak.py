"""django-hordak's own transfers, by its own API, from as many processes as there are clients.

Runs in an environment of its own, which has Django and nothing of ours.
"""

import json
import os
import random
import sys
import time
from multiprocessing import Pool

import django
from django.conf import settings
from django.core.management import call_command

ACCOUNTS = 200


def set_up(url: str) -> None:
    """Django on this database, with as little of it as hordak needs."""
    import dj_database_url

    settings.configure(
        DATABASES={"default": dj_database_url.parse(url)},
        INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "mptt", "hordak"],
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        DEFAULT_CURRENCY="JPY",
        CURRENCIES=["JPY"],
        USE_TZ=True,
    )
    django.setup()


def work(asked: tuple[str, int, float]) -> int:
    """One client: transfer after transfer, each in a transaction of its own; how many it made."""
    url, seed, seconds = asked
    set_up(url)
    from django.db import transaction
    from hordak.models import Account
    from moneyed import Money

    dice = random.Random(seed)
    accounts = list(Account.objects.all())
    made, one = 0, Money(100, "JPY")
    accounts[0].transfer_to(accounts[1], one)  # what the first of all costs is no transfer's
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        left, entered = dice.sample(accounts, 2)
        with transaction.atomic():
            left.transfer_to(entered, one)
        made += 1
    return made


def main() -> None:
    """URL, clients, seconds; the rate as JSON."""
    url, clients, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = ""
    if sys.argv[4:] == ["lay-out"]:
        set_up(url)
        call_command("migrate", verbosity=0)
        from hordak.models import Account, AccountType

        for n in range(ACCOUNTS):
            Account.objects.create(
                name=f"a{n}", code=str(n), type=AccountType.liability, currencies=["JPY"]
            )
        return
    with Pool(clients) as pool:
        made = pool.map(work, [(url, n, seconds) for n in range(clients)], chunksize=1)
    print(json.dumps({"rate": sum(made) / seconds}))  # noqa: T201


if __name__ == "__main__":
    main()
