"""What a process does once everything it needs is loaded."""

from __future__ import annotations

import subprocess
import sys

# In a process of its own: what is set aside is set aside for good.
_PROGRAM = """
import gc, weakref
from gongmen import long_running

class Room:
    pass

loaded = [Room() for _ in range(100)]
long_running.settle()
set_aside = gc.get_freeze_count()
room = Room()
room.itself = room
left = weakref.ref(room)
del room
gc.collect()
print(set_aside > 100, left() is None, gc.get_threshold()[0] > 700)
"""


def test_what_is_loaded_is_set_aside_and_what_comes_later_is_still_collected() -> None:
    answer = subprocess.run([sys.executable, "-c", _PROGRAM], capture_output=True, text=True, check=True, timeout=60)
    assert answer.stdout.split() == ["True", "True", "True"]
