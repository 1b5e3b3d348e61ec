"""確認コード: six digits of an authenticator app (RFC 6238); each half minute's counts once."""

import hmac
from datetime import datetime

import pyotp

STEP_SECONDS = 30
NEIGHBOURS = 1  # clocks may be half a minute apart


def fresh() -> str:
    """A new secret (160 bits in base 32)."""
    return pyotp.random_base32()


def address(secret: str, login: str, issuer: str) -> str:
    """What an authenticator app scans (otpauth)."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=issuer)


def step_of(secret: str, code: str, now: datetime, used: int) -> int | None:
    """The 30 seconds that a code is of, if it is right now or next to now and later than what was
    used before; else None."""
    totp = pyotp.TOTP(secret)
    this = int(now.timestamp()) // STEP_SECONDS
    told = code.encode("utf-8", "replace")
    found = None
    for step in range(this - NEIGHBOURS, this + NEIGHBOURS + 1):
        right = hmac.compare_digest(totp.generate_otp(step).encode(), told)
        if right and step > used:
            found = step
    return found
