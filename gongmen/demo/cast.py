"""Who plays: invented workers with invented numbers. Faces come from the photographs that the set-up fetched."""

from __future__ import annotations

from dataclasses import dataclass

from edge.reader.id_number import check_digit


@dataclass(frozen=True)
class Player:
    """One worker of the demo. `face` names a person of the pictures; `subcontract` the contract that brings the worker here."""

    key: str
    name: str
    birth: str
    sequence: int
    trade: str
    subcontract: str
    face: str
    accepted: bool

    @property
    def number(self) -> str:
        """An ID number that is well formed and belongs to nobody: the region is one that was never given out."""
        body = f"310199{self.birth}{self.sequence:03d}"
        return body + check_digit(body)

    @property
    def female(self) -> bool:
        """What the number's sequence says."""
        return self.sequence % 2 == 0


MAIN, FITTING = "main", "fitting"

PLAYERS = (
    Player("zhang", "张伟强", "19850817", 11, "020", MAIN, "obama", accepted=True),
    Player("chen", "陈丽华", "19790305", 22, "130", MAIN, "collins", accepted=True),
    Player("wang", "王建国", "19680921", 33, "030", MAIN, "biden", accepted=True),
    Player("liu", "刘振东", "19751112", 55, "110", FITTING, "einstein", accepted=True),
    Player("zhao", "赵明远", "19900630", 77, "040", MAIN, "kanade", accepted=False),
    Player("sun", "孙海波", "19940402", 99, "070", MAIN, "", accepted=False),
)
STRANGER = "hopper"
