"""What the bench's morning came to, counted: who passed and how, who should have and who should not have, and what the centre heard."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from edge.sync.wire import Reason
from gongmen.bench.day_lane import PATIENCE_S, RATE, Visit
from gongmen.bench.day_people import REACTS_S, UNMOVED, Kind, Morning, Visitor
from gongmen.bench.report import Report, percentile


@dataclass
class Lived:
    """The morning's raw facts. `models` is where the optional network lies, `baseline` whom one frame and the published threshold took each

    visitor for, empty for nobody.
    """

    models: Path | None = None
    visits: dict[str, list[Visit]] = field(default_factory=dict)
    baseline: list[tuple[Visitor, str]] = field(default_factory=list)
    hours: dict[str, float] = field(default_factory=dict)
    written: int = 0
    at_centre: int = 0
    during_cut: int = 0
    drained_s: float = 0.0
    worked_s: float = 0.0


def report_of(people: Morning, lived: Lived, inputs: dict[str, object], published: float) -> Report:
    """The rows: each lane, both, the baseline, the workers by how their faces were seen, the network."""
    kinds = Counter(visitor.kind.value for visitor in people.visitors)
    seen = Counter(visitor.condition.name for visitor in people.visitors if visitor.picture is not None)
    faces = sum(bool(one.pictures) for one in people.roster)
    told = {"with photographs": faces, "visitors": dict(kinds), "faces seen": dict(seen)}
    limits = {"cable out": "06:50 to 07:10", "longest look": f"{PATIENCE_S:.0f} s"}
    report = Report("day: 06:30 to 07:30 at two lanes", {**inputs, **told, **limits})
    everybody = [visit for visits in lived.visits.values() for visit in visits]
    for name, visits in (*((f"lane of {box}", visits) for box, visits in lived.visits.items()), ("both lanes", everybody)):
        report.row(what=name, **_sums(visits))
    report.row(what=f"baseline: one frame, {published}", **_baseline(lived.baseline))
    for name in seen:
        _row_of_condition(report, name, [visit for visit in everybody if visit.visitor.condition.name == name])
    lost, doubled = max(0, lived.written - lived.at_centre), max(0, lived.at_centre - lived.written)
    report.row(what="network", n=lived.written, lost=lost, doubled=doubled, waiting=lived.during_cut, drained_s=lived.drained_s)
    report.notes.append(
        "face_missed: the camera did not know a worker within the longest look, who then laid the card. s: from stepping up to the arm"
    )
    report.notes.append(
        "network: n events written at the boxes, waiting: how many when the cable came back, drained_s: after the last visitor"
    )
    least, mostly, most = REACTS_S
    report.notes.append(
        f"assumed, not measured: a living visitor turns the head {least} to {most} s (mostly {mostly} s) after the screen asks (the nose's "
        f"landmark is moved), {UNMOVED:.0%} of them never; no blinks are asked here. never_turn: so many "
        "workers; not_alive: told that no living face was seen"
    )
    report.notes.append(_compression(lived, everybody))
    report.notes += [_case(visit) for visit in everybody if _went_wrong(visit)]
    return report


def _compression(lived: Lived, visits: Sequence[Visit]) -> str:
    until = ", ".join(f"{6.5 + hours:.2f} h" for hours in lived.hours.values())
    whole_s, seen_s = 3600 * sum(lived.hours.values()), sum(len(visit.frames_ms) for visit in visits) / RATE
    return (
        f"the last ones were through at {until}; {whole_s:.0f} s of two lanes, {seen_s:.0f} s of them with somebody before the camera, "
        f"were worked through in {lived.worked_s:.0f} s ({whole_s / max(1.0, lived.worked_s):.0f} to 1). In the morning's time: the "
        "camera's rate, waiting, walking. In real time: each frame's work, commits, TLS, MQTT, the centre"
    )


def _went_wrong(visit: Visit) -> bool:
    if visit.visitor.kind is Kind.WORKER:
        return not visit.by or visit.taken_for != visit.visitor.person
    return bool(visit.by) and visit.visitor.kind is not Kind.PRINT  # prints are counted, and known to get by


def _case(visit: Visit) -> str:
    one = visit.visitor
    picture = "/".join(one.picture.parts[-3:]) if one.picture else "no photograph"
    said = f"taken for {visit.taken_for} at {visit.score:.3f}" if visit.by and visit.score is not None else f"refused: {visit.reasons}"
    return f"{one.kind}, {one.condition.name}, {picture}: {said}"


def _row_of_condition(report: Report, name: str, visits: Sequence[Visit]) -> None:
    workers = [visit for visit in visits if visit.visitor.kind is Kind.WORKER and visit.visitor.picture is not None]
    if workers:
        passed = {"n": len(workers), "passed": sum(bool(v.by) for v in workers), "by_face": sum(v.by == "face" for v in workers)}
        report.row(what=f"workers, {name}", **passed, face_missed=sum(visit.refused_by_face for visit in workers))


def _sums(visits: Sequence[Visit]) -> dict[str, Any]:
    workers = [visit for visit in visits if visit.visitor.kind is Kind.WORKER]
    others = [visit for visit in visits if visit.visitor.kind is not Kind.WORKER]
    seconds = [visit.seconds for visit in workers if visit.by] or [0.0]
    frames = [ms for visit in visits for ms in visit.frames_ms] or [0.0]
    return {
        "n": len(visits),
        "passed": sum(bool(visit.by) for visit in workers),
        "by_face": sum(visit.by == "face" for visit in workers),
        "wrongly_refused": sum(not visit.by for visit in workers),
        "face_missed": sum(visit.refused_by_face for visit in workers),
        "as_another": sum(bool(visit.by) and visit.taken_for != visit.visitor.person for visit in workers),
        "not_alive": sum(Reason.LIVENESS_FAILED in visit.reasons for visit in workers),
        "never_turn": sum(visit.visitor.reacts_s is None and visit.visitor.picture is not None for visit in workers),
        **_wrongly_in([(visit.visitor.kind, bool(visit.by)) for visit in others]),
        "s_p50": percentile(seconds, 0.5),
        "s_p95": percentile(seconds, 0.95),
        "queue_p50": percentile([visit.queued_s for visit in visits] or [0.0], 0.5),
        "queue_p95": percentile([visit.queued_s for visit in visits] or [0.0], 0.95),
        "frame_ms_p50": percentile(frames, 0.5),
        "frame_ms_p99": percentile(frames, 0.99),
    }


def _baseline(looks: Sequence[tuple[Visitor, str]]) -> dict[str, Any]:
    workers = [(visitor, taken) for visitor, taken in looks if visitor.kind is Kind.WORKER]
    return {
        "n": len(looks),
        "by_face": sum(visitor.person == taken for visitor, taken in workers),
        "face_missed": sum(not taken for _, taken in workers),
        "as_another": sum(taken not in ("", visitor.person) for visitor, taken in workers),
        **_wrongly_in([(visitor.kind, bool(taken)) for visitor, taken in looks if visitor.kind is not Kind.WORKER]),
    }


def _wrongly_in(others: Sequence[tuple[Kind, bool]]) -> dict[str, Any]:
    shares = {kind: [let_in for one, let_in in others if one is kind] for kind in Kind if kind is not Kind.WORKER}
    return {
        "wrongly_admitted": sum(let_in for _, let_in in others),
        **{f"{kind.name.lower()}s_in": f"{sum(let_in)}/{len(let_in)}" for kind, let_in in shares.items()},
    }
