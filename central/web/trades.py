"""Trades in the reader's language: Chinese names are the national list's, English ones are ours."""

from __future__ import annotations

from typing import Final

from central.entry.trades import TRADES
from central.web.texts import Texts

ENGLISH: Final = {
    "010": "Bricklayer",
    "020": "Rebar worker",
    "030": "Scaffolder",
    "040": "Concrete worker",
    "050": "Formwork carpenter",
    "060": "Machinery installer",
    "070": "Ventilation fitter",
    "080": "Rigger",
    "090": "Fitter",
    "100": "Electrical installer",
    "110": "Pipefitter",
    "120": "Substation installer",
    "130": "Site electrician",
    "140": "Pump operator",
    "150": "Excavator and piling driver",
    "160": "Piling rig operator",
    "170": "Lifting signaller",
    "180": "Crane erector",
    "190": "Decorator",
    "200": "Interior fitter",
    "210": "Window and curtain-wall fitter",
    "220": "Curtain-wall maker",
    "230": "Waterproofer",
    "240": "Carpenter",
    "250": "Stonemason",
    "270": "Welder",
    "280": "Blaster",
    "290": "Dust remover",
    "300": "Surveyor",
    "310": "Line worker",
    "320": "Heritage stonemason",
    "330": "Heritage tiler",
    "340": "Heritage painter",
    "350": "Heritage carpenter",
    "360": "Heritage varnisher",
    "380": "Metalworker",
    "1000": "Other",
}


def trade_name(code: str, t: Texts) -> str:
    """The trade's name, or its code where the list does not know it."""
    return (ENGLISH if t.language == "en" else TRADES).get(code, code)
