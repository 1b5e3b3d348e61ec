"""What an instance is told from outside: environment variables, read once, checked at once."""

import hashlib
import hmac
import os
from collections.abc import Mapping
from urllib.parse import quote, urlsplit, urlunsplit

from msgspec import Struct

from tenants.scanning import scanner

ROLES = ("app", "desk", "counter", "worker", "sealer", "auditor")
MIGRATING = "migrate"


class NotSet(SystemExit):
    """A variable that must be set is not: said in one sentence, and nothing starts."""

    def __init__(self, name: str, ja: str, en: str) -> None:
        super().__init__(f"{name}: {ja} / {en}")


class Settings(Struct, frozen=True):
    """One instance: where its books are, who it says it is, what its clock is."""

    database_url: str
    secret: str
    redis_url: str | None
    issuer: str
    clock: str
    app_database_url: str | None = None
    desk_database_url: str | None = None
    heads: str | None = None
    citus: str | None = None
    smtp: str | None = None
    mail_from: str = "meguri@localhost"
    proxies: str = ""  # networks whose X-Forwarded-For is believed, with commas between
    certificates_from: str = ""  # networks whose word for a client's certificate is believed
    webhooks: str = "on"
    scan: str = ""  # clamd://host:port; without it files are not scanned
    texts: str | None = None  # where text messages are handed over (docs/members.md)
    texts_key: str = ""
    line_channel: str | None = None  # LINE Login; without it nobody links LINE
    line_secret: str = ""
    sandbox: str = ""  # the address of a hub apart, where tenants try the API (docs/sandbox.md)
    sandbox_database_url: str = ""  # its worker's
    jobs: str = "off"  # on where a process is told nothing else, as `settings` reads it

    def url(self, role: str) -> str:
        """Where a serving role connects: its own URL, or the owner's with the derived password."""
        given = {"app": self.app_database_url, "desk": self.desk_database_url}.get(role)
        if given is not None:
            return given
        parts = urlsplit(self.database_url)
        host = parts.netloc.rpartition("@")[2]
        user = f"meguri_{role}:{quote(password(self.secret, role))}"
        return urlunsplit(parts._replace(netloc=f"{user}@{host}"))

    @property
    def owners_url(self) -> str:
        """Where one connects who changes the form of the books: whoever `DATABASE_URL` names, or
        who stands in for the owner, where it names nobody."""
        named = urlsplit(self.database_url).username
        return self.database_url if named else self.url(MIGRATING)

    def env(self) -> dict[str, str]:
        """The variables that make another process the same instance."""
        return {
            "DATABASE_URL": self.database_url,
            "MEGURI_SECRET": self.secret,
            "REDIS_URL": self.redis_url or "",
            "MEGURI_ISSUER": self.issuer,
            "MEGURI_CLOCK": self.clock,
            "MEGURI_HEADS": self.heads or "",
            "MEGURI_CITUS": self.citus or "",
            "MEGURI_SMTP": self.smtp or "",
            "MEGURI_MAIL_FROM": self.mail_from,
            "MEGURI_PROXIES": self.proxies,
            "MEGURI_CERTIFICATES_FROM": self.certificates_from,
            "MEGURI_WEBHOOKS": self.webhooks,
            "MEGURI_SCAN": self.scan,
            "MEGURI_TEXTS": self.texts or "",
            "MEGURI_TEXTS_KEY": self.texts_key,
            "MEGURI_LINE_CHANNEL": self.line_channel or "",
            "MEGURI_LINE_SECRET": self.line_secret,
            "MEGURI_SANDBOX": self.sandbox,
            "MEGURI_SANDBOX_DATABASE_URL": self.sandbox_database_url,
            "MEGURI_JOBS": self.jobs,
        }


def password(secret: str, role: str) -> str:
    """A role's password, derived so that every process of an instance knows it."""

    return hmac.digest(secret.encode(), f"meguri role {role}".encode(), hashlib.sha256).hex()


def scan_of(where: str) -> str:
    """The scanner's address; what is none stops the start."""
    try:
        scanner(where)
    except ValueError:
        ja, en = "clamd://ホスト:ポート と書きます", "written as clamd://host:port"
        raise NotSet("MEGURI_SCAN", ja, en) from None
    return where


def settings(env: Mapping[str, str] | None = None) -> Settings:
    """The settings of this process; a missing one is named and stops the start."""
    env = os.environ if env is None else env

    def need(name: str, ja: str, en: str) -> str:
        value = env.get(name, "")
        if not value:
            raise NotSet(name, ja, en)
        return value

    return Settings(
        database_url=need(
            "DATABASE_URL",
            "データベースの URL がありません。空の台帳を開かないため起動しません",
            "no database URL; a lost variable must not open an empty hub",
        ),
        secret=need(
            "MEGURI_SECRET", "インスタンスの秘密がありません", "the instance's secret is missing"
        ),
        redis_url=env.get("REDIS_URL") or None,
        issuer=env.get("MEGURI_ISSUER") or "http://localhost:8000",
        clock=env.get("MEGURI_CLOCK") or "system",
        app_database_url=env.get("APP_DATABASE_URL") or None,
        desk_database_url=env.get("DESK_DATABASE_URL") or None,
        heads=env.get("MEGURI_HEADS") or None,
        citus=env.get("MEGURI_CITUS") or None,
        smtp=env.get("MEGURI_SMTP") or None,
        mail_from=env.get("MEGURI_MAIL_FROM") or "meguri@localhost",
        proxies=env.get("MEGURI_PROXIES", ""),
        certificates_from=env.get("MEGURI_CERTIFICATES_FROM", ""),
        webhooks=env.get("MEGURI_WEBHOOKS") or "on",
        scan=scan_of(env.get("MEGURI_SCAN", "")),
        texts=env.get("MEGURI_TEXTS") or None,
        texts_key=env.get("MEGURI_TEXTS_KEY", ""),
        line_channel=env.get("MEGURI_LINE_CHANNEL") or None,
        line_secret=env.get("MEGURI_LINE_SECRET", ""),
        sandbox=env.get("MEGURI_SANDBOX", ""),
        sandbox_database_url=env.get("MEGURI_SANDBOX_DATABASE_URL", ""),
        jobs=env.get("MEGURI_JOBS") or "on",
    )
