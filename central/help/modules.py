"""A-10: the help of each module, versioned with the regulation that it explains. Data: a page shows it, in the reader's language."""

from __future__ import annotations

from typing import Final

REGULATION: Final = ("实名制管理答疑第四版（规则 A-01 至 A-65）", "Real-name questions and answers, fourth edition (rules A-01 to A-65)")
"""What every module's steps follow. A new edition changes this line and the steps together."""
MODULES: Final = {
    "registration": 4,
    "assignment": 4,
    "entry": 4,
    "gates": 4,
    "attendance": 3,
    "departure": 4,
    "history": 3,
}
"""Module -> how many steps its operation video has; the texts are `module_<key>` and `module_<key>_<n>`."""
