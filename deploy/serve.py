"""Serving: one process, one event loop, one booking desk; SIGTERM drains it."""

import gc
import signal
import socket
import sys
from types import FrameType

import uvicorn

from auth.people.subjects import MemberSignIn
from deploy import eyes, logs
from deploy.app import create_app, guarded
from deploy.hub import Hub
from deploy.meters import Timed
from deploy.settings import Settings

GRACE_SECONDS = 10
COLLECT = (20_000, 20, 50)


def rest_collector() -> None:
    """What is there by now stays, so the garbage collector need never look at it again, and may
    look at the rest less often than for a script: what a slip leaves is no cycle."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT)


class DrainingServer(uvicorn.Server):
    """Says that it is not ready before it closes its doors."""

    def __init__(self, config: uvicorn.Config, hub: Hub) -> None:
        super().__init__(config)
        self._hub = hub

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and let the collector rest."""
        await super().startup(sockets)
        rest_collector()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Not ready from now on; then uvicorn finishes what it has taken."""
        self._hub.draining = True
        super().handle_exit(sig, frame)


def serve(settings: Settings, port: int, host: str = "127.0.0.1") -> None:
    """Serve until told to stop; whoever was promised an answer gets it."""
    logs.set_up()
    eyes.set_up()
    # uvicorn raises the signal again when it has drained: then leave in order, with all flushed.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    app = create_app(settings, MemberSignIn())
    config = uvicorn.Config(
        Timed(guarded(app)),
        host=host,
        port=port,
        loop="uvloop",
        http="httptools",
        ws="none",
        lifespan="on",
        access_log=False,
        log_config=None,
        proxy_headers=False,
        server_header=False,
        date_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
        backlog=2048,
    )
    DrainingServer(config, app.state.hub).run()


def free_port(wanted: int, tries: int = 100) -> int:
    """The wanted port, or the next free one on loopback."""
    for port in range(wanted, wanted + tries):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise SystemExit(f"{wanted} からの空きポートがありません / no free port from {wanted} on")
