"""Our words as the interface's: a method and its data, by the published field lists. Pure; the seal encrypts what is sensitive.

Optional fields that nobody filled are left out: nothing is made up. `corp` marks calls of the company itself (`corpsign`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from central.clock import SITE_ZONE
from central.platform import tables
from central.platform.canonical import (
    Attendance,
    Company,
    Contract,
    Document,
    Member,
    Movement,
    Part,
    PartEnd,
    Payroll,
    Project,
    Team,
    TeamChange,
    Thing,
    Training,
)

Seal = Callable[[str], str]
Data = dict[str, Any]
_WORKER: Final = "20"
"""工人类型: a construction worker; management staff are not registered here (A-07)."""


@dataclass(frozen=True)
class Message:
    """One call."""

    method: str
    data: Data
    corp: bool = False


def message(things: Sequence[Thing], seal: Seal) -> Message:
    """The call that uploads these: one thing, or several passages of one team."""
    first = things[0]
    if isinstance(first, Attendance):
        return _attendance([thing for thing in things if isinstance(thing, Attendance)], seal)
    if isinstance(first, Project | Company | Part | PartEnd | Team | TeamChange):
        return _standing(first, seal)
    if isinstance(first, Member):
        return Message("ProjectWorker.Add", _team(first.team, named=True) | {"workerList": [_member(first, seal)]})
    if isinstance(first, Movement):
        return Message("WorkerEntryExit.Add", _team(first.team) | {"workerList": [_movement(first, seal)]})
    if isinstance(first, Contract):
        return Message("WorkerContract.Add", {"projectCode": first.project, "contractList": [_contract(first, seal)]})
    return _training(first, seal) if isinstance(first, Training) else _payroll(first, seal)


def _standing(thing: Project | Company | Part | PartEnd | Team | TeamChange, seal: Seal) -> Message:
    if isinstance(thing, Company):  # GB 32100: characters 3 to 8 are the division that registered it
        return Message("Corp.Upload", {"corpCode": thing.code, "corpName": thing.name, "areaCode": thing.code[2:8]}, corp=True)
    if isinstance(thing, Project):
        contractor = {"contractorCorpCode": thing.contractor.code, "contractorCorpName": thing.contractor.name}
        named = {"name": thing.name, "prjStatus": tables.PROJECT_STATES[thing.state], "thirdPartyProjectCode": thing.code}
        return Message("Project.Add", contractor | named)
    if isinstance(thing, TeamChange):
        return _team_change(thing, seal)
    if isinstance(thing, Team):
        return Message(
            "Team.Add", _of_company(thing.project, thing.company) | {"teamName": thing.name, "entryTime": _day(thing.entered_on)}
        )
    part, method = (thing.part, "Update") if isinstance(thing, PartEnd) else (thing, "Add")
    told = _of_company(part.project, part.company) | {"corpType": tables.CORP_TYPES[part.role], "entryTime": _day(part.entered_on)}
    return Message(f"ProjectSubContractor.{method}", told | ({"exitTime": _day(part.left_on)} if part.left_on else {}))


def _team_change(change: TeamChange, seal: Seal) -> Message:
    told = _team(change.team, named=True) | ({"exitTime": _day(change.left_on)} if change.left_on else {})
    if change.leader is not None:
        sealed = _document(change.leader.document, seal)
        told |= {
            "teamLeaderName": change.leader.name,
            "teamLeaderIDCardType": sealed["idCardType"],
            "teamLeaderIDNumber": sealed["idCardNumber"],
        }
    return Message("Team.Update", told)


def find_team(team: Team) -> Message:
    """Asks for the number of a team that is there already."""
    return Message("Team.Query", {"projectCode": team.project, "corpCode": team.company.code, "teamName": team.name})


def find_outcome(serial: str) -> Message:
    """Asks how an accepted request ended."""
    return Message("AsyncHandleResult.Query", {"requestSerialCode": serial})


def _of_company(project: str, company: Company) -> Data:
    return {"projectCode": project, "corpCode": company.code, "corpName": company.name}


def _team(team: Team, *, named: bool = False) -> Data:
    return _of_company(team.project, team.company) | {"teamSysNo": team.number} | ({"teamName": team.name} if named else {})


def _document(document: Document, seal: Seal) -> Data:
    return {"idCardType": tables.DOCUMENTS[document.kind], "idCardNumber": seal(document.number)}


def _member(member: Member, seal: Seal) -> Data:
    told = {
        "workerName": member.name,
        "isTeamLeader": int(member.is_leader),
        **_document(member.document, seal),
        "workType": tables.TRADES[member.trade],
        "workRole": _WORKER,
    }
    known = {"nation": member.nation, "address": member.address, "cellPhone": member.phone}
    return dict(member.assumed) | told | {name: value for name, value in known.items() if value}


def _movement(movement: Movement, seal: Seal) -> Data:
    told = {**_document(movement.document, seal), "date": _day(movement.day), "type": 1 if movement.came else 0}
    return told if movement.came else told | {"voucher": tables.END_CAUSES[movement.cause]}


def _contract(contract: Contract, seal: Seal) -> Data:
    return {
        "corpCode": contract.company.code,
        "corpName": contract.company.name,
        **_document(contract.document, seal),
        "contractPeriodType": tables.CONTRACT_PERIODS[contract.period_type],
        "startDate": _day(contract.begins_on),
        "endDate": _day(contract.ends_on),
    }


def _attendance(passages: Sequence[Attendance], seal: Seal) -> Message:
    team = passages[0].team
    listed = [
        {
            **_document(passage.document, seal),
            "date": passage.at.astimezone(SITE_ZONE).strftime("%Y-%m-%d %H:%M:%S"),
            "direction": tables.DIRECTIONS[passage.direction],
            "attendType": tables.WAYS[passage.way],
            "channel": passage.channel,
        }
        for passage in passages
    ]
    return Message("WorkerAttendance.Add", {"projectCode": team.project, "teamSysNo": team.number, "dataList": listed})


def _training(training: Training, seal: Seal) -> Message:
    told: Mapping[str, Any] = {
        "projectCode": training.project,
        "trainingDate": _day(training.on),
        "trainingDuration": training.minutes,
        "trainingName": training.name,
        "trainingTypeCode": tables.TRAININGS[training.kind],
        "workers": [_document(document, seal) for document in training.documents],
    }
    return Message("ProjectTraining.Add", dict(told))


def _payroll(payroll: Payroll, seal: Seal) -> Message:
    line = {
        **_document(payroll.document, seal),
        "days": f"{payroll.days.normalize():f}",
        "workHours": f"{payroll.hours:.2f}",
        "payRollBankCardNumber": seal(payroll.card),
        "payRollBankName": payroll.bank_name,
        "totalPayAmount": f"{payroll.due:.2f}",
        "thirdPayRollCode": payroll.key,
    }
    if tables.BANKS.get(payroll.bank):  # a bank that was added as data may have no code there
        line["payRollBankCode"] = tables.BANKS[payroll.bank]
    return Message("Payroll.Add", _team(payroll.team) | {"payMonth": f"{payroll.month:%Y-%m}", "detailList": [line]})


def _day(day: dt.date) -> str:
    return day.isoformat()
