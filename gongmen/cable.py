"""A network cable that can be pulled out: a TCP relay on loopback before a broker or a centre, for the demo, the tests, the benches."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

CHUNK = 65536
LOOPBACK = "127.0.0.1"


def shut(end: socket.socket) -> None:
    """Closes a socket that another thread may be waiting on: a mere close() would not wake it."""
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()


def bound(port: int) -> socket.socket:
    """A socket on this port of loopback (0: any free one) that does not listen yet, so connections are refused."""
    end = socket.socket()
    end.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    end.bind((LOOPBACK, port))
    return end


class Cable:
    """Relays every connection on 127.0.0.1:`port` to the target. To be closed, or used as a context.

    `cut()` ends all connections and refuses new ones; `heal()` lets them in again on the same port. `stall()` keeps connections
    open and moves not a byte, as a dead mobile link does; `flow()` moves what waited. Each chunk is held back by `delay_s` seconds.
    """

    def __init__(self, target_host: str, target_port: int, delay_s: float = 0.0) -> None:
        self.delay_s = delay_s
        self._target = (target_host, target_port)
        self._flowing = threading.Event()
        self._flowing.set()
        self._lock = threading.Lock()
        self._ends: set[socket.socket] = set()
        self._threads: set[threading.Thread] = set()
        self._listener: socket.socket | None = None
        # Held for life and never listening: while the cable is cut nobody else is given the port, and callers are refused.
        self._place = bound(0)
        self.port: int = self._place.getsockname()[1]
        self.heal()

    def heal(self) -> None:
        """Lets connections in, again on the same port. Nothing happens when they are let in already."""
        with self._lock:
            if self._listener is None:
                self._listener = bound(self.port)
                self._listener.listen()
                self._start(self._accept, self._listener)

    def cut(self) -> None:
        """Ends every connection and refuses new ones until `heal()`. Returns when both are so."""
        with self._lock:
            ends, self._ends = self._ends, set()
            if self._listener is not None:
                ends.add(self._listener)
                self._listener = None
            threads = self._threads - {threading.current_thread()}
        for end in ends:
            shut(end)
        for thread in threads:
            if self._flowing.is_set():
                thread.join(timeout=10)

    @property
    def is_cut(self) -> bool:
        """Whether new connections are refused."""
        return self._listener is None

    def stall(self) -> None:
        """Moves nothing any more, and nobody is told."""
        self._flowing.clear()

    def flow(self) -> None:
        """Moves what waited, and everything from now on."""
        self._flowing.set()

    def close(self) -> None:
        """Takes the cable away for good: no thread and no socket is left."""
        self.flow()
        self.cut()
        self._place.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _start(self, work: Callable[..., None], *arguments: socket.socket) -> None:
        """Starts a thread that strikes itself off the list when it ends; under the lock."""

        def run() -> None:
            try:
                work(*arguments)
            finally:
                with self._lock:
                    self._threads.discard(threading.current_thread())

        thread = threading.Thread(target=run, name=f"cable-{self.port}", daemon=True)
        self._threads.add(thread)
        thread.start()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                near, _ = listener.accept()
            except OSError:  # cut
                return
            try:
                far = socket.create_connection(self._target, timeout=5)
                far.settimeout(None)
            except OSError:
                near.close()
                continue
            for end in (near, far):
                with contextlib.suppress(OSError):  # gone already: the pumps will see it
                    end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                if self._listener is not listener:  # cut in between
                    shut(near)
                    shut(far)
                    return
                self._ends |= {near, far}
                self._start(self._pump, near, far)
                self._start(self._pump, far, near)

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        """Moves bytes one way until either end is gone; then takes both away, so that each side sees the loss."""
        with contextlib.suppress(OSError):
            while chunk := source.recv(CHUNK):
                if self.delay_s:
                    time.sleep(self.delay_s)
                self._flowing.wait()
                sink.sendall(chunk)
        for end in (source, sink):
            with self._lock:
                self._ends.discard(end)
            shut(end)
