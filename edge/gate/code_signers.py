"""Whose signature a gate believes on a code: the centre's, and the boxes' of its own project."""

from __future__ import annotations

from edge.store.roster import Roster
from edge.store.secrets import CentreKey
from edge.sync.qr_pass import CENTRE


class CodeSigners:
    """Reads the roster's header at every question: a box that was revoked signs nothing from the next roster on. Raises `StoreError`."""

    def __init__(self, roster: Roster, centre_key: bytes) -> None:
        self._roster, self._centre_key = roster, centre_key

    def signed(self, signer: str, data: bytes, signature: bytes) -> bool:
        """Whether that signer, if this project has it, signed these bytes."""
        key = self._centre_key if signer == CENTRE else self._of_box(signer)
        return len(key) == 32 and CentreKey(key.hex()).verify(data, signature)

    def _of_box(self, box: str) -> bytes:
        header = self._roster.header()
        return next((one.verify_key for one in header.boxes if one.box == box), b"") if header else b""
