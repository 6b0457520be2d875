"""Serves the kiosk's pages from a thread of its own; the parts are used on that thread alone and stay the caller's to close."""

from __future__ import annotations

import socket
import threading
from typing import Final

import uvicorn

from edge.kiosk.pages import create_app
from edge.kiosk.parts import KioskParts

_ENDS_WITHIN_S: Final = 10.0


class KioskServer:
    """A server over ready-built parts. `port` 0 takes a free one; `url` says which."""

    def __init__(self, parts: KioskParts, host: str = "127.0.0.1", port: int = 0) -> None:
        self._listener = socket.create_server((host, port), reuse_port=False)
        self.port: int = self._listener.getsockname()[1]
        self.url = f"http://{host}:{self.port}"
        self.app = create_app(parts)
        config = uvicorn.Config(
            self.app, log_level="warning", access_log=False, ws="none", timeout_graceful_shutdown=2, server_header=False
        )
        self._server = uvicorn.Server(config)
        self._thread: threading.Thread | None = None

    def start(self) -> KioskServer:
        """Begins; the socket has been listening since the server was made, so no request is lost."""
        self._thread = threading.Thread(target=self._server.run, args=([self._listener],), name="kiosk", daemon=True)
        self._thread.start()
        return self

    def close(self) -> None:
        """Ends every stream, the capture and the thread; safe to repeat."""
        self.app.state.counter.closing.set()
        self._server.should_exit = True
        if self._thread is not None:
            self._thread.join(_ENDS_WITHIN_S)
            self._thread = None
        self._listener.close()

    def __enter__(self) -> KioskServer:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.close()


def run(parts: KioskParts, host: str, port: int, stop: threading.Event) -> None:
    """The kiosk process: serves until told to stop. Raises `OSError` where the port is taken."""
    with KioskServer(parts, host, port):
        stop.wait()
