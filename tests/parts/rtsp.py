"""A real RTSP server: GStreamer's, in a process of the system's own Python, which can be killed, frozen and started again on its port."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Self

import pytest

from tests.parts.broker import free_port, listens

PYTHON = Path("/usr/bin/python3")
_ENVIRONMENT = {"PATH": os.environ["PATH"], "GST_REGISTRY_FORK": "no"}
_IMPORTS = """
import gi
gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer
Gst.init(None)
missing = [name for name in ("videotestsrc", "x264enc", "rtph264pay") if Gst.ElementFactory.find(name) is None]
if missing:
    raise SystemExit("no " + ", ".join(missing))
"""
_SERVE = """
import sys
server = GstRtspServer.RTSPServer(address="127.0.0.1", service=sys.argv[1])
factory = GstRtspServer.RTSPMediaFactory(shared=True)
factory.set_launch(
    "( videotestsrc is-live=true pattern=%s ! video/x-raw,width=640,height=480,framerate=15/1 "
    "! x264enc tune=zerolatency speed-preset=ultrafast key-int-max=15 ! rtph264pay name=pay0 pt=96 )" % sys.argv[2]
)
server.get_mount_points().add_factory("/lane", factory)
server.attach(None)
GLib.MainLoop().run()
"""


def why_not() -> str | None:
    """Why no server can be had here; None where one can."""
    if not PYTHON.exists():
        return "no system Python for GStreamer's server"
    tried = subprocess.run([PYTHON, "-c", _IMPORTS], env=_ENVIRONMENT, capture_output=True, text=True, timeout=60, check=False)
    return f"no GStreamer RTSP server: {(tried.stderr.strip().splitlines() or ['?'])[-1]}" if tried.returncode else None


class RtspServer:
    """`uri` stays the same over restarts. `pattern` is videotestsrc's: ball moves, black stands still."""

    def __init__(self, pattern: str = "ball") -> None:
        self._port = free_port()
        self.uri, self._pattern = f"rtsp://127.0.0.1:{self._port}/lane", pattern
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> Self:
        """Returns when the port is open."""
        command = [str(PYTHON), "-c", _IMPORTS + _SERVE, str(self._port), self._pattern]
        self._process = subprocess.Popen(command, env=_ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        end = time.monotonic() + 20
        while time.monotonic() < end:
            if listens(self._port):
                return self
            time.sleep(0.05)
        raise TimeoutError("the RTSP server did not open its port")

    def kill(self) -> None:
        """As a pulled plug."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def freeze(self) -> None:
        """It holds its connections and says nothing more."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """It goes on."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.kill()


def needs_rtsp() -> None:
    """Skips the calling test where there is no server, and says why."""
    reason = why_not()
    if reason is not None:
        pytest.skip(reason)
