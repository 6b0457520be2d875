"""The play, act by act, with nobody needed; what it found out at the end is what `--json` prints."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from edge.sync import wire
from gongmen.cable import Cable
from gongmen.demo.cast import ACCEPTED, CHEN, LIU, PLAYERS, STRANGER, SUN, WANG, ZHANG, ZHAO, Player
from gongmen.demo.office import Office
from gongmen.demo.site import Site, Verdict
from gongmen.demo.stage import StageError, eventually

Tell = Callable[[str], None]


@dataclass
class Result:
    """What held and what did not. `wrong` names every expectation that failed."""

    registered: int = 0
    confirmed: int = 0
    enrolled: int = 0
    passages: int = 0
    offline_passages: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    central_events: int = 0
    lost: int = 0
    duplicated: int = 0
    employer_passages: int = 0
    authority_passages: int = 0
    turnstile_pulses: int = 0
    recognition_ms_p50: float | None = None
    face_engine: str = ""
    box: str = ""
    wrong: list[str] = field(default_factory=list)

    def expect(self, held: bool, what: str) -> None:
        """Notes an expectation that failed."""
        if not held:
            self.wrong.append(what)

    def as_json(self) -> dict[str, Any]:
        """One flat object."""
        return {**vars(self), "refused": dict(self.refused), "ok": not self.wrong}


class Story:
    """Plays on a stage that stands: a centre, a box that is provisioned and runs, and the cable between them."""

    def __init__(self, office: Office, site: Site, cable: Cable, box: str, tell: Tell) -> None:
        self._office, self._site, self._cable, self._tell = office, site, cable, tell
        self.result = Result(box=box)

    def register(self) -> None:
        """The employer registers six and assigns them; the general contractor accepts four."""
        self._tell("用人单位登记六名工人并分派 · the employer registers and assigns six workers")
        team = self._office.team("钢筋一班")
        for player in PLAYERS:
            self._office.register(player, team)
            self.result.registered += 1
        self._tell("总承包单位接收四名（二级分包先由专业分包接收）· the general contractor accepts four")
        self.result.confirmed = sum(self._office.accept(player) == "confirmed" for player in ACCEPTED)
        self._roster_arrives()

    def enrol(self) -> None:
        """At the kiosk: a card that cannot be read is told apart; then four read their card, consent, and give their face."""
        self._site.sign_in(self._office.operator)
        code = self._site.read_garbled(ZHANG)
        self.result.expect(code == "CARD_UNREADABLE", f"an unreadable card was called {code}")
        for player in ACCEPTED:
            self._tell(f"登记台：{player.name} 刷身份证、同意、采集人脸 · card, consent, face")
            self._site.enrol(player)
            self.result.enrolled += 1

    def pass_and_refuse(self) -> None:
        """Confirmed workers pass; unconfirmed ones and a stranger do not; a right that ended ends at the gate too."""
        self._passes(ZHANG, lambda: self._site.walk_up(ZHANG.face))
        self._passes(LIU, lambda: self._site.walk_up(LIU.face, blur=0.6))
        self._refused("NOT_CONFIRMED", ZHAO.name, lambda: self._site.walk_up(ZHAO.face))
        self._refused("NOT_CONFIRMED", SUN.name, lambda: self._site.lay_card(SUN))
        self._refused("NOT_CONFIRMED", "陌生人 a stranger", lambda: self._site.walk_up(STRANGER))
        self._tell("专业分包竣工，其下人员的权限随之结束 · the subcontract is completed; rights under it end")
        self.result.expect(self._office.complete_fitting() == 1, "the completion did not end one right")
        self._roster_arrives()
        self._refused("RIGHT_ENDED", LIU.name, lambda: self._site.lay_card(LIU))
        self._refused("NOT_CONFIRMED", f"{LIU.name}（刷脸 by face）", lambda: self._site.walk_up(LIU.face, blur=0.6))

    def cut_and_heal(self) -> None:
        """The network is cut and passages go on; it heals and everything arrives, once."""
        self._tell("断网：照常通行，本机记录 · the network is cut; the gate works on")
        self._cable.cut()
        eventually("the box to notice that it is offline", 60, lambda: not self._site.health().get("sync", {}).get("connected", True))
        before = self.result.passages
        self._passes(CHEN, lambda: self._site.walk_up(CHEN.face, blur=0.6))
        self._passes(WANG, lambda: self._site.lay_card(WANG, with_face=True))
        self.result.offline_passages = self.result.passages - before
        self._tell("网络恢复：积压补传 · the network heals; the backlog is sent")
        self._cable.heal()
        eventually("everything to be acknowledged", 90, lambda: self._site.acked() == self._site.journal_end())

    def compare(self) -> None:
        """The box's journal, the centre, the employer's pull and the authority's pull tell the same."""
        events = {f"{self.result.box}.{self._site.epoch()}.{e.seq}": e for e in self._site.events()}
        passed = {key for key, event in events.items() if isinstance(event.body, wire.Passage)}
        authority = [row["id"] for row in self._office.passages("authority")]
        employer = [row["id"] for row in self._office.passages("labour")]
        result = self.result
        result.central_events = self._site.acked()
        result.authority_passages, result.employer_passages = len(authority), len(employer)
        result.lost = len(passed - set(authority)) + len(events) - self._site.acked()
        result.duplicated = len(authority) - len(set(authority))
        result.turnstile_pulses = len(self._site.turnstile.pulses())
        result.expect(result.lost == 0 and result.duplicated == 0, "events were lost or stored twice")
        result.expect(set(authority) == passed, "the authority's pull differs from the box's journal")
        result.expect(sorted(employer) == sorted(authority), "employer and authority see different passages")
        result.expect(result.turnstile_pulses == result.passages, "the turnstile opened for something that is not a passage")
        result.expect((result.registered, result.confirmed, result.enrolled) == (6, 4, 4), "not everybody was taken on")
        gate = self._site.health().get("gate", {})
        result.face_engine = str(gate.get("engine", ""))
        result.recognition_ms_p50 = gate.get("recognition_ms_p50")
        result.expect(result.recognition_ms_p50 is not None, "the gate measured no recognition")

    def _roster_arrives(self) -> None:
        version = self._office.roster_version()
        eventually("the roster to reach the box", 60, lambda: self._office.box(self.result.box)["roster_applied"] >= version)

    def _passes(self, player: Player, act: Callable[[], Verdict]) -> None:
        verdict = act()
        self.result.expect(isinstance(verdict, wire.Passage), f"{player.key} was refused: {verdict}")
        if isinstance(verdict, wire.Passage):
            self.result.passages += 1
            self._tell(f"✓ {player.name} 通过 passes（{verdict.method.value}）")

    def _refused(self, reason: str, who: str, act: Callable[[], Verdict]) -> None:
        verdict = act()
        if isinstance(verdict, wire.Passage):
            raise StageError(f"{who} was let in")
        self.result.refused[verdict.reason.value] += 1
        self.result.expect(verdict.reason.value == reason, f"{who}: {verdict.reason.value} instead of {reason}")
        self._tell(f"✕ {who} 拒绝 refused（{verdict.reason.value}）")
