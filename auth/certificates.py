"""Certificates (RFC 8705): a token that is bound to one is worth nothing without it.

TLS ends in the proxy in front, which tells in a header what the client showed. Anybody may send
such a header, so it is believed of the networks that were named, and of nobody where none was.
Who signed a certificate is not asked here: a client is registered with the certificate itself.
"""

import base64
import hashlib
from collections.abc import Callable
from datetime import datetime
from ipaddress import ip_address, ip_network
from typing import Any
from urllib.parse import unquote_to_bytes

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from litestar.connection import ASGIConnection

from federation.refusals import Validation

HEADER = "x-ssl-client-cert"  # PEM, percent-encoded: nginx's $ssl_client_escaped_cert
LONGEST = 16_384


class Certificates:
    """Knows the certificates that clients showed to the proxies in `proxies`: networks, with
    commas between."""

    def __init__(self, proxies: str, now: Callable[[], datetime]) -> None:
        self._proxies = [ip_network(one) for one in proxies.replace(",", " ").split()]
        self._now = now

    @property
    def believed(self) -> bool:
        """Whether there is a proxy that is believed."""
        return bool(self._proxies)

    def shown(self, connection: ASGIConnection[Any, Any, Any, Any]) -> bytes | None:
        """The digest of the one certificate that came with a request, if it is of this day."""
        told = connection.headers.getall(HEADER, [])
        if len(told) != 1 or len(told[0]) > LONGEST or not self._trusts(connection):
            return None
        try:
            found = x509.load_pem_x509_certificate(unquote_to_bytes(told[0]))
        except ValueError:
            return None
        in_time = found.not_valid_before_utc <= self._now() <= found.not_valid_after_utc
        return digest(found) if in_time else None

    def _trusts(self, connection: ASGIConnection[Any, Any, Any, Any]) -> bool:
        try:
            peer = ip_address(connection.client.host if connection.client else "")
        except ValueError:
            return False
        return any(peer in network for network in self._proxies)


def digest(certificate: x509.Certificate) -> bytes:
    """What is kept of a certificate: the SHA-256 of its DER."""
    return hashlib.sha256(certificate.public_bytes(Encoding.DER)).digest()


def registered(pem: bytes) -> bytes:
    """The digest of a certificate in a file; `Validation` where it is none."""
    try:
        return digest(x509.load_pem_x509_certificate(pem))
    except ValueError:
        raise Validation(pointer="/certificate") from None


def spelled(told: bytes | None) -> str | None:
    """A digest as a token names it (`x5t#S256`)."""
    return None if told is None else base64.urlsafe_b64encode(told).rstrip(b"=").decode()
