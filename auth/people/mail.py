"""郵便: short letters to one reader, by the SMTP server that the instance was told of.

A letter may hold a code, so it leaves encrypted: by smtps://, or STARTTLS, without which only a
server on this machine is trusted. What could not be sent is logged without its reader or content.
"""

import logging
from collections.abc import Mapping
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import make_msgid, parseaddr
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit

import aiosmtplib

log = logging.getLogger("meguri.mail")
PATIENCE = 20.0  # seconds


class NotSent(Exception):
    """A letter was not sent: `gone` where it never will be, `away` where no server answered."""

    def __init__(self, reason: str, *, gone: bool = False, away: bool = False) -> None:
        super().__init__(reason)
        self.gone = gone
        self.away = away


class Post:
    """The post of one process; without a server nothing leaves."""

    def __init__(self, smtp: str | None, sender: str) -> None:
        """`smtp` as smtp://user:password@host:587 or smtps://user:password@host:465."""
        self._smtp = urlsplit(smtp) if smtp else None
        self._sender = sender

    @property
    def named(self) -> bool:
        """Whether a server is named at all."""
        return self._smtp is not None

    @property
    def domain(self) -> str:
        """Where letters come from."""
        return self._sender.rpartition("@")[2] or "localhost"

    async def send(self, reader: str, subject: str, text: str) -> None:
        """Send one letter; what could not be sent is lost, and asked for again by its reader."""
        if self._smtp is None:
            log.warning("no SMTP server is named, so a letter was not sent")
            return
        try:
            await self.deliver(reader, subject, text)
        except NotSent:
            log.warning("a letter could not be sent")

    async def deliver(
        self,
        reader: str,
        subject: str,
        text: str,
        html: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Send one letter, as text and where it is told so as HTML beside it; `NotSent`."""
        assert self._smtp is not None
        letter = EmailMessage(policy=SMTP)
        letter["From"] = self._sender
        if not reader.isascii():
            raise NotSent("address", gone=True)
        try:
            letter["To"] = reader
        except ValueError:
            raise NotSent("address", gone=True) from None
        letter["Subject"] = subject
        letter["Auto-Submitted"] = "auto-generated"
        told = {"Message-ID": make_msgid(domain=self.domain)} | dict(headers or {})
        # As they are: the library would cut a link in two, or encode it.
        above = "".join(f"{name}: {value}\r\n" for name, value in told.items())
        assert len(above.splitlines()) == len(told), "a header is one line"
        letter.set_content(text)
        if html is not None:
            letter.add_alternative(html, subtype="html")
        to, implicit = self._smtp, self._smtp.scheme == "smtps"
        try:
            await aiosmtplib.send(
                above.encode("ascii") + letter.as_bytes(),
                sender=parseaddr(self._sender)[1],
                recipients=[reader],
                hostname=to.hostname,
                port=to.port or (465 if implicit else 587),
                username=unquote(to.username) if to.username else None,
                password=unquote(to.password) if to.password else None,
                use_tls=implicit,
                start_tls=not (implicit or is_here(to.hostname or "")),
                timeout=PATIENCE,
            )
        except aiosmtplib.SMTPRecipientsRefused as why:
            gone = all(500 <= one.code < 600 for one in why.recipients)
            raise NotSent("recipient", gone=gone) from None
        except aiosmtplib.SMTPDataError as why:
            raise NotSent(f"answer {why.code}", gone=why.code >= 500) from None
        except ValueError:
            raise NotSent("address", gone=True) from None
        except (aiosmtplib.SMTPException, OSError) as why:
            raise NotSent(type(why).__name__, away=True) from None


def is_here(host: str) -> bool:
    """Whether a server is on this machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
