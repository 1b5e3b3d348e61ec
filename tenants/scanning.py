"""検査: every file that comes in is shown to a scanner before anybody reads it (O8).

The scanner is ClamAV's daemon, over TCP, by its command INSTREAM: chunks, each behind its length
(four bytes, the highest first), and a chunk of nothing at the end. Only its word that it found
nothing lets a file in; whatever else it says, or that it says nothing, keeps the file out.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from tenants.refusals import FileNotClean, ScannerAway

SECONDS = 8.0  # less than nginx waits
CHUNK = 64 * 1024
BEGIN, END = b"zINSTREAM\0", bytes(4)
CLEAN, FOUND = b"stream: OK\0", b" FOUND\0"
PORT = 3310
AGAIN_SECONDS = 5

log = logging.getLogger("meguri.scan")

Scan = Callable[[bytes], Coroutine[Any, Any, bytes]]


def scanner(where: str) -> Scan:
    """What files are shown to; without an address they are let in as they are. `ValueError` where
    it is no address."""
    if not where:
        return unscanned
    parts = urlsplit(where)
    if parts.scheme != "clamd" or not parts.hostname or parts.path.strip("/"):
        raise ValueError(where)
    return partial(scanned, parts.hostname, parts.port or PORT)


async def unscanned(content: bytes) -> bytes:
    """A file as it came: no scanner was named."""
    return content


async def scanned(host: str, port: int, content: bytes, seconds: float = SECONDS) -> bytes:
    """A file in which the scanner found nothing. `FileNotClean`; `ScannerAway` where it does not
    say."""
    try:
        async with asyncio.timeout(seconds):
            said = await asked(host, port, content)
    except (OSError, EOFError, TimeoutError, asyncio.LimitOverrunError) as away:
        log.warning("the scanner does not answer", extra={"reason": type(away).__name__})
        raise ScannerAway(retry_after=AGAIN_SECONDS) from None
    if said == CLEAN:
        return content
    if said.endswith(FOUND):
        log.warning("a file was turned away", extra={"reason": told(said)})
        raise FileNotClean
    log.warning("the scanner did not scan", extra={"reason": told(said)})
    raise ScannerAway(retry_after=AGAIN_SECONDS)


async def asked(host: str, port: int, content: bytes) -> bytes:
    """The daemon's answer, up to the byte that ends it. One that has enough of a file answers and
    hangs up: then writing fails, and its answer is not waited for."""
    reader, writer = await asyncio.open_connection(host, port)
    try:
        writer.write(BEGIN)
        for at in range(0, len(content), CHUNK):
            chunk = content[at : at + CHUNK]
            writer.write(len(chunk).to_bytes(4) + chunk)
            await writer.drain()
        writer.write(END)
        await writer.drain()
        return await reader.readuntil(b"\0")
    finally:
        writer.transport.abort()


def told(said: bytes) -> str:
    """The daemon's own words, short: the name of what it found, never the file's."""
    return said.rstrip(b"\0").decode("ascii", "replace").removeprefix("stream: ")[:100]
