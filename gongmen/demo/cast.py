"""Who plays: invented workers with invented numbers. Faces come from the photographs that the set-up fetched."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from hardware.card_reader import CardData, synthetic


@dataclass(frozen=True)
class Player:
    """One worker of the demo. `face` names a person of the pictures; `contract` the subcontract that brings the worker here."""

    key: str
    name: str
    birth: date
    sequence: int
    male: bool
    trade: str
    contract: str
    face: str

    @property
    def number(self) -> str:
        """An ID number that is well formed and belongs to nobody."""
        return synthetic.number(self.birth, self.sequence, self.male)

    @property
    def card(self) -> CardData:
        """This worker's ID card, as a chip holds it."""
        return synthetic.resident(self.name, birth=self.birth, sequence=self.sequence, male=self.male)


MAIN: Final = "main"
FITTING: Final = "fitting"

ZHANG = Player("zhang", "张伟强", date(1985, 8, 17), 11, True, "020", MAIN, "obama")
CHEN = Player("chen", "陈丽华", date(1979, 3, 5), 12, False, "130", MAIN, "collins")
WANG = Player("wang", "王建国", date(1968, 9, 21), 13, True, "030", MAIN, "biden")
LIU = Player("liu", "刘振东", date(1975, 11, 12), 14, True, "110", FITTING, "einstein")
ZHAO = Player("zhao", "赵明远", date(1990, 6, 30), 15, True, "040", MAIN, "kanade")
SUN = Player("sun", "孙海波", date(1994, 4, 2), 16, True, "070", MAIN, "")

PLAYERS: Final = (ZHANG, CHEN, WANG, LIU, ZHAO, SUN)
ACCEPTED: Final = (ZHANG, CHEN, WANG, LIU)
STRANGER: Final = "hopper"
