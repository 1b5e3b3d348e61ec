"""郵便: short letters to one reader, by the SMTP server that the instance was told of.

A letter may hold a code, so it leaves encrypted: by smtps://, or STARTTLS, without which only a
server on this machine is trusted. What could not be sent is logged without its reader or content.
"""

import logging
from email.message import EmailMessage
from email.utils import make_msgid
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit

import aiosmtplib

log = logging.getLogger("meguri.mail")
PATIENCE = 20.0  # seconds


class Post:
    """The post of one process; without a server nothing leaves."""

    def __init__(self, smtp: str | None, sender: str) -> None:
        """`smtp` as smtp://user:password@host:587 or smtps://user:password@host:465."""
        self._smtp = urlsplit(smtp) if smtp else None
        self._sender = sender

    async def send(self, reader: str, subject: str, text: str) -> None:
        """Send one letter."""
        if self._smtp is None:
            log.warning("no SMTP server is named, so a letter was not sent")
            return
        letter = EmailMessage()
        letter["From"] = self._sender
        letter["To"] = reader
        letter["Subject"] = subject
        letter["Message-ID"] = make_msgid(domain=self._sender.rpartition("@")[2] or "localhost")
        letter["Auto-Submitted"] = "auto-generated"
        letter.set_content(text)
        to, implicit = self._smtp, self._smtp.scheme == "smtps"
        try:
            await aiosmtplib.send(
                letter,
                hostname=to.hostname,
                port=to.port or (465 if implicit else 587),
                username=unquote(to.username) if to.username else None,
                password=unquote(to.password) if to.password else None,
                use_tls=implicit,
                start_tls=not (implicit or is_here(to.hostname or "")),
                timeout=PATIENCE,
            )
        except (aiosmtplib.SMTPException, OSError, ValueError):
            log.warning("a letter could not be sent")


def is_here(host: str) -> bool:
    """Whether a server is on this machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
