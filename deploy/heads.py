"""日次ヘッド: the journal's head of each day, signed, and out of reach of a database's superuser.

NDJSON, one line for each day on which something was booked. `previous` is the SHA-256 of the line
before, so that no line can be taken out; `signature` is ES256 over the line's other fields in
canonical form, by a key that follows from the instance's secret and lies in no database.
"""

import base64
import fcntl
import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import IO, Annotated

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from msgspec import Meta, Struct

from federation.journal import DayHead

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of P-256
ES256 = ec.ECDSA(SHA256())
HALF = 32
Hash = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]


class Said(Struct, frozen=True):
    """What a line says and its signature covers."""

    day: date
    number: int
    chain: Hash
    previous: Hash | None


class Line(Said, frozen=True, forbid_unknown_fields=True):
    """One line of the file."""

    signature: str

    @property
    def said(self) -> bytes:
        """The bytes that were signed."""
        return _encode(Said(self.day, self.number, self.chain, self.previous))


_encode = msgspec.json.Encoder(order="sorted").encode
_decode = msgspec.json.Decoder(Line, strict=True).decode


class HeadsKey:
    """Signs heads, and knows its own signatures again."""

    def __init__(self, secret: str) -> None:
        wide = HKDF(SHA256(), 48, salt=None, info=b"meguri journal heads").derive(secret.encode())
        scalar = int.from_bytes(wide) % (ORDER - 1) + 1
        self._private = ec.derive_private_key(scalar, ec.SECP256R1())

    def sign(self, said: bytes) -> str:
        """The signature as JWS has it: r and s, 64 bytes in base64url."""
        r, s = decode_dss_signature(self._private.sign(said, ES256))
        return base64.urlsafe_b64encode(r.to_bytes(HALF) + s.to_bytes(HALF)).rstrip(b"=").decode()

    def signed(self, line: Line) -> bool:
        """Whether a line bears a signature of this key."""
        try:
            raw = base64.urlsafe_b64decode(line.signature + "==")
            r, s = int.from_bytes(raw[:HALF]), int.from_bytes(raw[HALF:])
            self._private.public_key().verify(encode_dss_signature(r, s), line.said, ES256)
        except (InvalidSignature, ValueError):
            return False
        return True

    def public(self) -> dict[str, str]:
        """The public half as a JWK, for whoever keeps a copy of the file."""
        numbers = self._private.public_key().public_numbers()
        x, y = (
            base64.urlsafe_b64encode(half.to_bytes(HALF)).rstrip(b"=").decode()
            for half in (numbers.x, numbers.y)
        )
        return {"alg": "ES256", "crv": "P-256", "kty": "EC", "use": "sig", "x": x, "y": y}


class HeadsFile:
    """The file of an instance; what is in it stays, and more is put behind it."""

    def __init__(self, path: Path, secret: str) -> None:
        self.path = path
        self.key = HeadsKey(secret)

    def last_day(self) -> date | None:
        """The last day in the file."""
        with self._held() as file:
            last = _last_line(file)
        return _decode(last).day if last else None

    def append(self, heads: Sequence[DayHead]) -> None:
        """Sign these heads and put them behind the last line, on the disk before this returns."""
        if not heads:
            return
        with self._held() as file:
            before = _last_line(file)
            day = _decode(before).day if before else date.min
            for head in heads:
                if head.day_on > day:
                    previous = hashlib.sha256(before).hexdigest() if before else None
                    before = self._line(head, previous)
                    file.write(before + b"\n")
            os.fsync(file.fileno())

    def _line(self, head: DayHead, previous: str | None) -> bytes:
        said = Said(head.day_on, head.number, head.chain.hex(), previous)
        signature = self.key.sign(_encode(said))
        return _encode(Line(said.day, said.number, said.chain, said.previous, signature=signature))

    @contextmanager
    def _held(self) -> Iterator[IO[bytes]]:
        """The file, for one at a time."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a+b", buffering=0) as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield file


def _last_line(file: IO[bytes]) -> bytes | None:
    """The last whole line; what a crash left half written is cut off."""
    file.seek(0)
    whole = file.read()
    end = whole.rfind(b"\n") + 1
    if end != len(whole):
        file.truncate(end)
    return whole[:end].splitlines()[-1] if end else None


def read(path: Path) -> list[bytes]:
    """The lines of a file, as they lie there; none, where there is no file."""
    return path.read_bytes().splitlines() if path.exists() else []


def faults(lines: Iterable[bytes], key: HeadsKey) -> Iterator[tuple[int, Line | None, str, str]]:
    """Each line by its place, with what is wrong with it in both languages; "" where nothing is."""
    before: bytes | None = None
    last = date.min
    for place, text in enumerate(lines, 1):
        line: Line | None = None
        ja = en = ""
        try:
            line = _decode(text)
        except msgspec.MsgspecError:
            ja, en = "書式が違います", "it is not in the form of a head"
        if line is not None:
            previous = hashlib.sha256(before).hexdigest() if before else None
            if not key.signed(line):
                ja, en = "署名が合いません", "its signature does not fit"
            elif line.previous != previous or line.day <= last:
                ja, en = (
                    "前の行とつながっていません",
                    "it does not follow from the line before",
                )
            last = max(last, line.day)
        before = text
        yield place, line, ja, en
