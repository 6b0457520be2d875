"""Browser sessions of the kiosk: an HttpOnly cookie, a token that every write carries, one signed-in session at a time."""

from __future__ import annotations

import hmac
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

COOKIE: Final = "gongmen_kiosk"
HEADER: Final = "X-CSRF-Token"
IDLE_S: Final = 15 * 60
"""Without a tap for that long the operator is signed out."""
MOST: Final = 64


@dataclass
class Session:
    """One browser. `key` is the cookie's value, `csrf` must come back in the header of every write."""

    key: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    csrf: str = field(default_factory=lambda: secrets.token_urlsafe(24))


class Sessions:
    """All browsers that looked at the kiosk lately, and which of them an operator is signed in at."""

    def __init__(self, now_s: Callable[[], float] = time.monotonic) -> None:
        self._now_s = now_s
        self._known: OrderedDict[str, Session] = OrderedDict()
        self._signed_in: Session | None = None
        self._touched_s = 0.0

    def of(self, key: str | None) -> Session:
        """The session of that cookie, or a new one."""
        session = self._known.get(key or "") or Session()
        self._known[session.key] = session
        self._known.move_to_end(session.key)
        while len(self._known) > MOST:
            oldest = next(key for key, known in self._known.items() if known is not self._signed_in)
            del self._known[oldest]
        return session

    def may_write(self, key: str | None, token: str | None) -> bool:
        """Whether a write comes from a page that this kiosk itself gave out."""
        session = self._known.get(key or "")
        return session is not None and hmac.compare_digest(session.csrf, token or "")

    def sign_in(self, key: str | None) -> Session:
        """A fresh session for an operator, in the place of the one that the PIN was typed in."""
        self._known.pop(key or "", None)
        self._signed_in, self._touched_s = self.of(None), self._now_s()
        return self._signed_in

    def sign_out(self) -> None:
        """Nobody is signed in; the old cookie is worth nothing."""
        if self._signed_in is not None:
            self._known.pop(self._signed_in.key, None)
        self._signed_in = None

    def is_signed_in(self, session: Session) -> bool:
        """Whether this browser is the operator's, and not left alone for too long."""
        return self._signed_in is session and self._now_s() - self._touched_s < IDLE_S

    def touch(self) -> None:
        """The operator did something."""
        self._touched_s = self._now_s()

    def anybody(self) -> bool:
        """Whether some browser's operator is still there."""
        return self._signed_in is not None and self._now_s() - self._touched_s < IDLE_S
