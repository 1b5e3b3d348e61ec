"""docs/oauth.md is true: its examples are run as they stand."""

import asyncio
import os
import re
import shutil
import sys
from pathlib import Path

import pytest

from tests.auth.doors import Doors

PAGE = Path(__file__).parents[2] / "docs" / "oauth.md"
EXAMPLE = re.compile(r"^```sh\n(.*?)^```", re.DOTALL | re.MULTILINE)


async def test_the_examples_of_the_page_do_what_they_say(doors: Doors, tmp_path: Path) -> None:
    for tool in ("bash", "curl", "openssl"):
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not there")
    blocks = EXAMPLE.findall(PAGE.read_text(encoding="utf-8"))
    script = "set -euo pipefail\n" + "\n".join(blocks) + "\necho all of it"
    here = str(Path(sys.executable).parent)
    env = {
        **os.environ,
        **doors.mall.hub.settings.env(),
        "HUB": doors.issuer,
        "PATH": f"{here}:{os.environ['PATH']}",
    }
    shell = await asyncio.create_subprocess_exec(
        "bash",
        "-c",
        script,
        cwd=tmp_path,
        env=env,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    said, wrong = await asyncio.wait_for(shell.communicate(), 300)
    assert said.decode().endswith("all of it\n"), said.decode() + wrong.decode()
