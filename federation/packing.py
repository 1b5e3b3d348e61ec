"""応答の圧縮: a slip's answer takes a fifth of its room, and comes back byte for byte.

Zstandard (RFC 8878) with words that both sides know: `packing_1.dict` was trained on made-up
answers of every kind. Answers are kept for ever, so that file never changes; other words would be
another file, and the first byte of what is packed says which.
"""

from pathlib import Path

import zstandard

WORDS = 1
LEVEL = 1  # higher ones take three times as long for four bytes
_FIRST = bytes([WORDS])
_words = zstandard.ZstdCompressionDict(
    Path(__file__).with_name(f"packing_{WORDS}.dict").read_bytes()
)
# No magic number, no number of the dictionary: we know both.
_lean = zstandard.ZstdCompressionParameters.from_level(
    LEVEL, format=zstandard.FORMAT_ZSTD1_MAGICLESS, write_content_size=1, write_dict_id=0
)
_words.precompute_compress(compression_params=_lean)
_compress = zstandard.ZstdCompressor(dict_data=_words, compression_params=_lean).compress
_decompress = zstandard.ZstdDecompressor(
    dict_data=_words, format=zstandard.FORMAT_ZSTD1_MAGICLESS
).decompress


def pack(body: bytes) -> bytes:
    """An answer as it is kept; for the event loop's thread alone."""
    return _FIRST + _compress(body)


def told(body: str | None, packed: bytes | None) -> bytes:
    """The very bytes of an answer, whichever way it is kept."""
    return unpack(packed) if packed is not None else (body or "").encode()


def unpack(packed: bytes) -> bytes:
    """The answer's very bytes; ValueError for words that this version does not know."""
    if packed[:1] != _FIRST:
        raise ValueError("an answer packed with words that are not here")
    return _decompress(packed[1:])
