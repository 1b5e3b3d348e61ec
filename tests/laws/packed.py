"""Answers as the books keep them, read without the hub's code (RFC 8878, and the words)."""

from pathlib import Path

import zstandard

WORDS = Path(__file__).parents[2] / "federation" / "packing_1.dict"
_read = zstandard.ZstdDecompressor(
    dict_data=zstandard.ZstdCompressionDict(WORDS.read_bytes()),
    format=zstandard.FORMAT_ZSTD1_MAGICLESS,
).decompress


def body_of(plain: str | None, packed: bytes | None) -> bytes:
    """The bytes that a till was told."""
    if packed is None:
        assert plain is not None
        return plain.encode()
    assert packed[:1] == b"\x01", "the words that are here"
    return _read(packed[1:])
