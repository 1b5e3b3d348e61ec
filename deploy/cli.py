"""`meguri`: the command line. Each command imports what it needs when it runs, so that `verify`
works with nothing but this program."""

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from importlib import import_module

import click

from deploy.settings import settings

COMMANDS = {
    "serve": "deploy.commands:serve",
    "demo": "deploy.demo.commands:demo",
    "migrate": "deploy.commands:migrate",
    "check": "deploy.commands:check",
    "client": "auth.commands:client",
    "till": "auth.commands:till",
    "keys": "auth.commands:keys",
    "people": "auth.people.commands:people",
    "change-over": "deploy.commands:change_over",
    "export": "deploy.portability:export",
    "import": "deploy.portability:take_in_command",
    "drill": "deploy.drill:drill",
    "months": "deploy.months_commands:group",
    "members": "deploy.members_commands:members",
    "terms": "deploy.terms_commands:terms",
    "usage": "deploy.usage_commands:usage",
    "signals": "deploy.signal_commands:signals_command",
    "papers": "deploy.papers_commands:papers",
    "liability": "deploy.liability_commands:liability",
    "bonus": "deploy.bonus_commands:bonus",
    "roll": "deploy.roller:roll_command",
    "campaigns": "deploy.campaign_commands:campaigns",
    "bank": "deploy.bank_commands:bank",
    "settlement": "deploy.settlement_commands:settlement",
    "exposure": "deploy.exposure_commands:exposure",
    "give-take": "deploy.exposure_commands:fairness",
    "coupons": "deploy.coupon_commands:coupons",
    "foreign": "deploy.foreign_commands:foreign",
    "reconcile": "deploy.exposure_commands:reconcile",
    "jobs": "deploy.jobs.commands:jobs",
    "limits": "deploy.limits.commands:limits",
    "audit": "deploy.trail.commands:audit",
    "webhooks": "deploy.webhook_commands:webhooks",
    "receipts": "deploy.receipt_commands:receipts",
    "verify": "settlement.commands:verify",
    "whatif": "deploy.whatif_command:whatif",
    "earning": "deploy.earning_commands:earning",
}


class Office:
    """The instance that the commands of an office work on; read only when one asks."""

    @property
    def worker_url(self) -> str:
        """Where the worker connects."""
        return settings().url("worker")

    @property
    def redis_url(self) -> str | None:
        """Where the bell hangs, if there is one."""
        return settings().redis_url

    @property
    def issuer(self) -> str:
        """Who the instance says that it is, and where its pages are."""
        return settings().issuer

    @property
    def secret(self) -> str:
        """The instance's secret."""
        return settings().secret

    @property
    def now(self) -> Callable[[], datetime]:
        """The wall clock: these commands are about credentials."""
        return lambda: datetime.now(UTC)


class Lazy(click.Group):
    """A group whose commands are found by name, each in its own module."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All of them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(import_module(module), name)
        if cmd_name == "verify":
            return command  # needs nothing but this program
        from deploy.trail.console import audited

        return audited(command, cmd_name)


@click.group(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="meguri")
@click.pass_context
def main(ctx: click.Context) -> None:
    """巡り: 共通ポイント・ハブ / the common-point hub."""
    ctx.obj = Office()


if __name__ == "__main__":
    sys.exit(main())
