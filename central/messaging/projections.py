"""What follows from events: passages and refusals, enrolments, proofs of deletion, incidents, corrected times.

Each slice keeps its own; this module only sorts the events and asks who the persons are, once for all.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from central.attendance import recording
from central.attendance.recording import Reported, Told
from central.attendance.rules import Standing
from central.devices import cards, enrolments
from central.messaging import store
from edge.sync import wire

Rejected = tuple[Reported, str]


def project(session: Session, reports: Sequence[Reported], now: dt.datetime) -> list[Rejected]:
    """Writes what follows from new events. Returns those that could not be taken for what they say, each with a code.

    Passages come last: from the giving of their places to the commit nobody else can give one.
    """
    people = recording.standings(session, {person for report in reports if (person := getattr(report.event.body, "person", None))})
    passages: list[tuple[Reported, wire.Passage]] = []
    refusals: list[tuple[Reported, wire.Refusal]] = []
    incidents: list[tuple[Reported, wire.Incident | wire.Opening]] = []
    synced: list[Reported] = []
    not_passed: list[tuple[Reported, wire.NotPassed]] = []
    rejected: list[Rejected] = []
    for report in reports:
        match report.event.body:
            case wire.Passage() as body:
                passages.append((report, body))
            case wire.Refusal() as body:
                refusals.append((report, body))
            case wire.Incident() | wire.Opening() as body:
                incidents.append((report, body))
            case wire.ClockSync():
                synced.append(report)
            case wire.NotPassed() as body:
                not_passed.append((report, body))
            case wire.Deletion() as body:
                known = people.get(body.person)
                enrolments.record_deletion(session, _origin(report), known.assignment_id if known else None, body, now)
            case wire.Enrolment() | wire.CardBinding() as body:
                rejected += _of_worker(session, report, body, people, now)
    store.note_incidents(session, incidents)
    recording.record_refusals(session, refusals, people, now)
    recording.record_passages(session, passages, Told(synced, not_passed), people, now)
    return rejected


def _of_worker(
    session: Session, report: Reported, body: wire.Enrolment | wire.CardBinding, people: Mapping[str, Standing], now: dt.datetime
) -> list[Rejected]:
    known = people.get(body.person)
    if known is None or known.project_id != report.project_id:
        return [(report, "PERSON_UNKNOWN")]
    if isinstance(body, wire.Enrolment):
        enrolments.record_enrolment(session, _origin(report), known.assignment_id, body, now)
    else:
        cards.record_binding(session, _origin(report), known.assignment_id, body, now)
    return []


def _origin(report: Reported) -> enrolments.Origin:
    return enrolments.Origin(report.box, report.epoch, report.event.seq, report.at)
