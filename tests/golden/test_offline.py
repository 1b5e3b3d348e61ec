"""The worked example of docs/offline.md: what a till vendor reads there is what the hub takes."""

import hashlib
import json
import re
from pathlib import Path

import msgspec
import pytest

from tenants import offline_lines
from tenants.offline_lines import FIRST_PREV, KINDS, PublicJwk
from tenants.refusals import BadSignature
from tests.golden.golden import FOLDER
from tests.offline_till import OfflineTill, canonical, file_of

PRIVATE = int.from_bytes(hashlib.sha256(b"meguri offline test vector").digest())
PAGE = (Path(__file__).parents[2] / "docs" / "offline.md").read_text(encoding="utf-8")
LINES = (FOLDER / "offline.ndjson").read_bytes().splitlines()


def test_the_page_shows_the_file_its_key_and_what_is_signed() -> None:
    till = OfflineTill(PRIVATE)
    key = re.search(r'^\{"kty".*\}$', PAGE, re.MULTILINE)
    assert key is not None
    shown = json.loads(key.group())
    assert {name: shown[name] for name in till.jwk} == till.jwk
    assert f"`{till.kid}`" in PAGE
    assert file_of(*LINES).decode() in PAGE
    assert hashlib.sha256(LINES[0]).hexdigest() in PAGE
    unsigned = {k: v for k, v in json.loads(LINES[0]).items() if k != "signature"}
    assert canonical(unsigned).decode() + "\n" in PAGE
    for kind in KINDS:
        assert f"`{kind}`" in PAGE


def test_the_hub_takes_the_lines_of_the_page_and_no_others() -> None:
    jwk = msgspec.convert(OfflineTill(PRIVATE).jwk, PublicJwk)
    key, prev = offline_lines.public_key(jwk), FIRST_PREV
    for seq, line in enumerate(LINES, 1):
        signed = offline_lines.read(line)
        offline_lines.check(signed, key)
        assert signed.envelope.kid == offline_lines.thumbprint(jwk)
        assert (signed.envelope.seq, signed.envelope.prev) == (seq, prev)
        prev = hashlib.sha256(line).hexdigest()
        assert offline_lines.asked(signed).slip == signed.envelope.slip
        with pytest.raises(BadSignature):
            offline_lines.check(offline_lines.read(line.replace(b"T01", b"T02")), key)


def test_the_reference_till_writes_what_the_page_shows() -> None:
    """But for the signature, which is random each time."""
    till = OfflineTill(PRIVATE)
    for line in LINES:
        fields = json.loads(line)
        body = {k: v for k, v in fields.items() if k not in offline_lines.ENVELOPE}
        till.prev = fields["prev"]
        written = json.loads(till.line(fields["kind"], body))
        assert {**written, "signature": fields["signature"]} == fields
