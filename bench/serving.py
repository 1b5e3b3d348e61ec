"""Other people's servers under the hub's own settings of uvicorn, so that only the app differs."""

from typing import Any

import uvicorn


def serve(app: Any, port: int) -> None:
    """Serve as `deploy.serve` does: uvloop, httptools, no log of requests, no added headers."""
    uvicorn.run(
        app,
        host="127.0.0.1",
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
        backlog=2048,
    )
