from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from edge.kiosk.sealing import for_boxes
from edge.store.secrets import BoxKeys
from edge.sync import wire
from edge.templates import TemplateFault, pack, rows_of
from tests.edge.kiosk.house import header

ROWS = arrays.arrays(
    np.float32, st.tuples(st.integers(1, 5), st.just(16)), elements=st.floats(0.125, 1, width=32, allow_nan=False, allow_infinity=False)
)


@given(ROWS)
def test_the_gate_reads_what_the_kiosk_packed(rows: np.ndarray[tuple[int, int], np.dtype[np.float32]]) -> None:
    assert np.array_equal(rows_of(pack("sface", rows), "sface", 16), rows)


@given(st.binary(max_size=200))
def test_bytes_that_are_no_template_are_refused(noise: bytes) -> None:
    with pytest.raises(TemplateFault):
        rows_of(noise, "sface", 16)


def test_each_box_gets_a_copy_that_only_it_can_open(tmp_path: Path) -> None:
    here, there = BoxKeys.create(tmp_path / "here"), BoxKeys.create(tmp_path / "there")
    head = header(wire.BoxKey("b-1", here.sealing_public), wire.BoxKey("b-2", there.sealing_public))
    plain = pack("sface", np.eye(3, 16, dtype=np.float32))
    copies = for_boxes(plain, head)
    assert here.open_sealed(copies["b-1"]) == plain
    assert there.open_sealed(copies["b-2"]) == plain
    with pytest.raises(Exception, match="SEAL_BROKEN"):
        here.open_sealed(copies["b-2"])
