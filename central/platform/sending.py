"""Driving the queue: asks about what was sent, sends what is due, in small batches, one channel after another.

A record is claimed before its call and settled after it, each in a transaction of its own; no call is made inside one. Whoever dies in
between leaves a claim that is due again after `HOLD`: the record is sent again, and the platform says that it is there already.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import case, or_, select, update
from sqlalchemy.orm import Session, aliased

from central import audit
from central.access import SYSTEM
from central.centre import Centre
from central.platform import rules
from central.platform.answers import AwayError, LimitError, PlatformError, Progress, RefusedError, StoppedError, ThereError
from central.platform.canonical import Team, Thing
from central.platform.http_platform import Platform
from central.platform.model import THERE, PlatformChannel, PlatformUpload, UploadKind, UploadState
from central.platform.reading import Reader
from central.platform.rules import LaterError, UntoldError
from central.secrets import SecretsError

AT_ONCE: Final = 200
"""Records of one channel in one run."""
HOLD: Final = dt.timedelta(minutes=5)
"""How long a claim keeps others away; longer than a call can take."""


@dataclass
class Done:
    """What a run did."""

    there: int = 0
    sent: int = 0
    refused: int = 0


class Courier:
    """Carries one project's records. `read` makes the reader of contents, `spread` the jitter (0 to 1)."""

    def __init__(
        self, centre: Centre, project_id: int, platform: Platform, read: Callable[[Session], Reader], spread: Callable[[], float]
    ) -> None:
        self._centre, self._project_id, self._platform = centre, project_id, platform
        self._read, self._spread = read, spread
        self.done = Done()

    def carry(self) -> bool:
        """Everything that is due, up to `AT_ONCE`; False where the platform was away, which it is for other projects too."""
        for group in self._due():
            try:
                self._settle(group)
            except (AwayError, LimitError) as fault:
                self._hold_up()
                return isinstance(fault, LimitError)
            except StoppedError as fault:
                self._stop(fault)
                return True
        return True

    def _due(self) -> list[list[int]]:
        """Ids in groups: requests to ask about, passages of one team that go together, everything else singly."""
        now = self._centre.clock.now()
        of = PlatformUpload
        wanted = select(of.id, of.kind, of.state, of.serial, of.team_upload_id, of.alone).where(
            of.project_id == self._project_id, of.next_at.is_not(None), of.next_at <= now
        )
        with self._centre.database.reading() as session:
            rows = session.execute(wanted.order_by(of.next_at, of.id).limit(AT_ONCE)).all()
        groups: dict[object, list[int]] = {}
        for row in rows:
            together: object = row.id
            if row.state is UploadState.SENT:
                together = row.serial
            elif row.kind is UploadKind.ATTENDANCE and not row.alone:
                together = ("team", row.team_upload_id)
            groups.setdefault(together, []).append(row.id)
        return [group[at : at + rules.MOST_TOGETHER] for group in groups.values() for at in range(0, len(group), rules.MOST_TOGETHER)]

    def _settle(self, ids: Sequence[int]) -> None:
        with self._centre.database.writing() as session:
            rows = self._claim(session, ids)
            asked = rows[0] if rows and rows[0].state is UploadState.SENT else None
            pairs = [] if asked else self._contents(session, rows)
        claimed = [row.id for row in rows] if asked else [id_ for id_, _ in pairs]
        if not claimed:
            return
        try:
            if asked is not None:
                self._ask(claimed, asked)
            else:
                self._send(claimed, [thing for _, thing in pairs])
        except RefusedError as fault:
            self._refuse(claimed, fault)
        except PlatformError:
            self._release(claimed)
            raise

    def _claim(self, session: Session, ids: Sequence[int]) -> list[PlatformUpload]:
        now = self._centre.clock.now()
        wanted = select(PlatformUpload).where(PlatformUpload.id.in_(ids), PlatformUpload.next_at <= now).order_by(PlatformUpload.id)
        rows = list(session.scalars(wanted.with_for_update()))
        for row in rows:
            row.next_at = now + HOLD
            row.attempts += row.state is not UploadState.SENT
        return rows

    def _contents(self, session: Session, rows: Iterable[PlatformUpload]) -> list[tuple[int, Thing]]:
        reader, now = self._read(session), self._centre.clock.now()
        found: list[tuple[int, Thing]] = []
        for row in rows:
            try:
                thing = reader.thing(row)
            except LaterError as later:
                row.state, row.next_at, row.attempts = UploadState.WAITING, later.until, row.attempts - 1
            except UntoldError as fault:
                row.state, row.code, row.next_at = UploadState.FAILED, fault.code, None
            except (KeyError, SecretsError):
                row.state, row.code, row.next_at = UploadState.FAILED, "PLATFORM_DATA_UNUSABLE", None
            else:
                if thing is not None:
                    found.append((row.id, thing))
                else:
                    row.state, row.next_at, row.settled_at = UploadState.WITHDRAWN, None, now
        return found

    def _send(self, ids: Sequence[int], things: Sequence[Thing]) -> None:
        try:
            reply = self._platform.upload(things)
        except ThereError:
            if len(ids) > 1:  # one of them is: each by itself
                raise RefusedError("PLATFORM_REFUSED") from None
            self._arrive(ids, UploadState.ALREADY_THERE, self._number("", things[0]))
            return
        except KeyError:
            raise RefusedError("PLATFORM_DATA_UNUSABLE", is_final=True) from None
        if reply.serial:
            self._await(ids, reply.serial)
        else:
            self._arrive(ids, UploadState.DONE, self._number(reply.number, things[0]))

    def _ask(self, ids: Sequence[int], asked: PlatformUpload) -> None:
        age = self._centre.clock.now() - (asked.sent_at or asked.created_at)
        try:
            progress, number = self._platform.outcome(asked.serial)
        except AwayError as fault:
            if age > rules.LATE and fault.code == "PLATFORM_UNREADABLE":  # one odd result must not hold up the others for ever
                raise RefusedError("PLATFORM_RESULT_UNKNOWN", fault.said) from None
            raise
        except ThereError:
            if len(ids) > 1:
                raise RefusedError("PLATFORM_REFUSED") from None
            self._arrive(ids, UploadState.ALREADY_THERE, self._number_of(asked, ""))
            return
        if progress is Progress.DONE:
            self._arrive(ids, UploadState.DONE, self._number_of(asked, number))
        elif age > rules.LATE:
            raise RefusedError("PLATFORM_ANSWER_LATE")
        else:
            self._put(ids, next_at=self._centre.clock.now() + rules.asking_pause(age))

    def _number_of(self, asked: PlatformUpload, given: str) -> str:
        if asked.kind is not UploadKind.TEAM:
            return ""
        with self._centre.database.reading() as session:
            thing = self._read(session).thing(session.get_one(PlatformUpload, asked.id))
        return self._number(given, thing)

    def _number(self, given: str, thing: Thing | None) -> str:
        return self._platform.find_team(thing) if isinstance(thing, Team) and not given else given

    def _await(self, ids: Sequence[int], serial: str) -> None:
        now = self._centre.clock.now()
        self._put(
            ids, state=UploadState.SENT, serial=serial, sent_at=now, code="", said="", next_at=now + rules.asking_pause(dt.timedelta())
        )
        self.done.sent += len(ids)

    def _arrive(self, ids: Sequence[int], state: UploadState, number: str) -> None:
        """They are there; what waited for them can go."""
        now = self._centre.clock.now()
        marked = PlatformUpload.code == "PLATFORM_CHANGED_AFTER"
        with self._centre.database.writing() as session:
            code = case((marked, PlatformUpload.code), else_="")
            there = {"state": state, "settled_at": now, "next_at": None, "number": number, "said": "", "code": code}
            session.execute(update(PlatformUpload).where(PlatformUpload.id.in_(ids)).values(**there))
            other = aliased(PlatformUpload)
            missing = select(other.id).where(
                or_(other.id == PlatformUpload.needs_id, other.id == PlatformUpload.follows_id), other.state.not_in(THERE)
            )
            behind = update(PlatformUpload).where(
                PlatformUpload.state == UploadState.BLOCKED,
                or_(PlatformUpload.needs_id.in_(ids), PlatformUpload.follows_id.in_(ids)),
                ~missing.exists(),
            )
            session.execute(behind.values(state=UploadState.WAITING, next_at=now), execution_options={"synchronize_session": False})
            channel = session.get_one(PlatformChannel, self._project_id, with_for_update=True)
            channel.last_success_at, channel.resume_at, channel.setbacks = now, None, 0
        self.done.there += len(ids)

    def _refuse(self, ids: Sequence[int], fault: RefusedError) -> None:
        """One that goes alone has failed, and is tried again later or by somebody; several are sent again, each by itself."""
        now = self._centre.clock.now()
        self.done.refused += len(ids)
        if len(ids) > 1:
            self._put(ids, state=UploadState.WAITING, alone=True, serial="", next_at=now)
            return
        with self._centre.database.writing() as session:
            row = session.get_one(PlatformUpload, ids[0], with_for_update=True)
            row.state, row.code, row.said, row.serial = UploadState.FAILED, fault.code, fault.said, ""
            pause = rules.pause(row.attempts, self._spread())
            if fault.code == "PLATFORM_PERMISSION":
                pause = max(pause, rules.PERMISSION_PAUSE)
            row.next_at = None if rules.gives_up(row.attempts, is_final=fault.is_final) else now + pause

    def _release(self, ids: Sequence[int]) -> None:
        """Nothing was said of the records themselves: they are due again, once the channel goes on."""
        with self._centre.database.writing() as session:
            mine = update(PlatformUpload).where(PlatformUpload.id.in_(ids))
            session.execute(mine.values(next_at=self._centre.clock.now()))
            session.execute(mine.where(PlatformUpload.state != UploadState.SENT).values(attempts=PlatformUpload.attempts - 1))

    def _put(self, ids: Sequence[int], **values: object) -> None:
        with self._centre.database.writing() as session:
            session.execute(update(PlatformUpload).where(PlatformUpload.id.in_(ids)).values(**values))

    def _hold_up(self) -> None:
        with self._centre.database.writing() as session:
            channel = session.get_one(PlatformChannel, self._project_id, with_for_update=True)
            channel.setbacks += 1
            channel.resume_at = self._centre.clock.now() + rules.pause(channel.setbacks, self._spread())

    def _stop(self, fault: PlatformError) -> None:
        with self._centre.database.writing() as session:
            channel = session.get_one(PlatformChannel, self._project_id, with_for_update=True)
            channel.paused_code, channel.paused_at = fault.code, self._centre.clock.now()
            audit.record(session, SYSTEM, "platform.paused", f"project:{self._project_id}", after={"code": fault.code, "said": fault.said})
