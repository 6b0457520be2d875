"""The platform's code tables, as data files beside this module: ours on the left, theirs on the right.

They were gathered from public clients of the interface: check each against the official data standard before going live.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Final


def _table(name: str) -> dict[str, str]:
    told = tomllib.loads((Path(__file__).parent / f"{name}.toml").read_text("utf-8"))
    return {str(ours): str(theirs) for ours, theirs in told["codes"].items()}


CORP_TYPES: Final = _table("corp_types")
PROJECT_STATES: Final = _table("project_states")
DOCUMENTS: Final = _table("documents")
TRADES: Final = _table("trades")
BANKS: Final = _table("banks")
WAYS: Final = _table("ways")
DIRECTIONS: Final = _table("directions")
CONTRACT_PERIODS: Final = _table("contract_periods")
TRAININGS: Final = _table("trainings")
END_CAUSES: Final = _table("end_causes")
