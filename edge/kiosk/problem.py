"""What the kiosk refuses to do, as a code with texts."""

from __future__ import annotations


class KioskProblem(Exception):
    """A step that cannot be done now. `code` has its texts in `edge.kiosk.texts`; `values` fill them in."""

    def __init__(self, code: str, **values: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.values = values
