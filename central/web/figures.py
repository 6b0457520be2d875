"""The strip above a project's people, from its board: icon, colour, label, value, and what follows it in small."""

from __future__ import annotations

from central.attendance.board import Board
from central.web.texts import Texts

Figure = tuple[str, str, str, str, str]


def strip(board: Board, t: Texts) -> list[Figure]:
    """Four figures; green and amber only where all is well or somebody should look."""
    gates_tone = "secondary" if not board.gates else "green" if board.gates_online == board.gates else "yellow"
    refused_tone = "yellow" if board.refused_today else "secondary"
    return [
        ("users", "blue", t("on_site"), f"{board.on_site:,}", t("unit_people")),
        ("arrows-exchange", "blue", t("passages_today"), f"{board.passages_today:,}", t("unit_times")),
        ("hand-stop", refused_tone, t("refused_today"), f"{board.refused_today:,}", t("unit_times")),
        ("door", gates_tone, t("gates_online"), f"{board.gates_online:,}", t("of_total", total=board.gates)),
    ]
