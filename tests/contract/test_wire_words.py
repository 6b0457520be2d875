"""Words that a newer centre may say and an older box has never heard."""

from __future__ import annotations

import msgspec

from edge.sync import wire


def test_a_removal_for_a_cause_that_this_box_does_not_know_is_still_a_removal() -> None:
    packed = msgspec.msgpack.encode(["AbCdEfGhIjK", "a cause of next year", [b"h"], 5])
    removal = wire.decode(packed, wire.Removal)
    assert (removal.person, removal.cause) == ("AbCdEfGhIjK", wire.EndCause.OTHER)
