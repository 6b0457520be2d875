"""What a process that runs for weeks does once everything it needs is loaded."""

from __future__ import annotations

import gc
from typing import Final

_FIRST: Final = 20_000
"""Objects made, and not freed again, before the youngest are looked through; Python's own 700 looks through them in every request."""


def settle() -> None:
    """Takes what is loaded out of the collector's rounds: a full round over it stops every thread, for some 75 ms at the centre on a
    server and several times as long on a box. What is made from now on is collected as before, in fewer rounds.

    Source: the documentation of `gc.freeze`. Call it once, when the application is built and before the first request or frame.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_FIRST, 10, 10)
