"""Clients of another ecosystem come in by the metadata alone: two libraries that were not made for
this hub, installed from their lock into a folder of the test."""

import asyncio
import shutil
import subprocess
from pathlib import Path

import msgspec
import pytest

from tests.auth.doors import BACK, Doors, Knocker

NPM = Path(__file__).with_name("npm")
FILES = ("package.json", "package-lock.json", "browser.mjs")
QUIET = ("--ignore-scripts", "--no-audit", "--no-fund", "--silent", "--fetch-retries=0")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The libraries, as the lock has them."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is None or node is None:
        pytest.skip("npm and node are not there: no client of another ecosystem comes in")
    folder = tmp_path_factory.mktemp("npm")
    for name in (*FILES, "oauth4webapi.mjs", "openid-client.mjs"):
        shutil.copy(NPM / name, folder)
    done = subprocess.run([npm, "ci", *QUIET], cwd=folder, capture_output=True, check=False)
    if done.returncode:
        pytest.skip("npm could not fetch oauth4webapi and openid-client")
    return folder


def known(one: Knocker) -> dict[str, object]:
    """A client as the script is told of it."""
    told: dict[str, object] = {"client_id": one.client_id}
    if one.key is not None:
        told["jwk"] = one.key.as_dict(private=True)
    return told


@pytest.mark.parametrize("library", ["oauth4webapi", "openid-client"])
async def test_a_client_that_was_not_made_for_us_comes_in(
    doors: Doors, installed: Path, library: str
) -> None:
    told = {
        "issuer": doors.issuer,
        "redirect_uri": BACK,
        "cookie": doors.sign_in.cookie(doors.member_id)["cookie"],
        "till": known(await doors.till(dpop=True)),
        "app": known(
            await doors.app(signs=True, dpop=True, pushed_only=library != "openid-client")
        ),
        "phone": known(await doors.app(dpop=True)),
    }
    node = await asyncio.create_subprocess_exec(
        "node",
        f"{library}.mjs",
        cwd=installed,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    said, wrong = await asyncio.wait_for(node.communicate(msgspec.json.encode(told)), 300)
    assert (node.returncode, said.decode().strip()) == (0, "signed in"), wrong.decode()
