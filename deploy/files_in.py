"""Files that come in at the command line: shown to the scanner first, as at the routes."""

import asyncio
from pathlib import Path

import click

from deploy.settings import settings
from federation.refusals import Refusal, titles
from tenants.scanning import scanner


def read_in(path: Path) -> bytes:
    """What stands in a file, if the scanner (where one is named) found nothing in it."""
    scan = scanner(settings().scan)
    try:
        return asyncio.run(scan(path.read_bytes()))
    except Refusal as refused:
        raise click.ClickException(" · ".join(titles(type(refused)))) from None
