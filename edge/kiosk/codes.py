"""QR codes as SVG, for pages that load nothing from elsewhere."""

from __future__ import annotations

import segno


def svg(text: str) -> str:
    """An inline SVG without a size of its own: black on white, in any theme, so that every camera reads it."""
    code = segno.make_qr(text, error="m")
    return str(code.svg_inline(scale=4, border=3, omitsize=True, svgclass="qr", lineclass=None, dark="#000", light="#fff"))
