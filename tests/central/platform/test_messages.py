"""What goes over the wire: signature and encryption by fixed examples, messages by the field lists, codes by the tables; answers read."""

from __future__ import annotations

import datetime as dt
import hashlib
from decimal import Decimal

import pytest

from central.entry.model import AssignmentEnd
from central.entry.trades import TRADES
from central.people.id_number import ID_TYPES
from central.people.reference_model import BANKS
from central.platform import answers, rules, signing, tables
from central.platform.answers import (
    AwayError,
    LimitError,
    PlatformError,
    Progress,
    RefusedError,
    StoppedError,
    ThereError,
)
from central.platform.canonical import Company, Contract, Document, Member, Payroll, Team, Training
from central.platform.messages import message
from central.projects.model import ParticipantRole, ProjectState
from edge.sync.wire import Direction, Method
from tests.central.platform.server import SECRET, opened

COMPANY = Company("91310115MA1FL00001", "浦江建筑劳务有限公司")
TEAM = Team("2026PD0001", COMPANY, "钢筋一班", dt.date(2026, 3, 1), "TS-1")
WHO = Document("01", "310199199003070011")


def test_a_call_is_signed_over_its_sorted_and_lower_cased_fields_with_the_secret_at_the_end() -> None:
    fields = {"nonce": "N-1", "appid": "A", "data": '{"Name":"张"}'}
    plain = 'appid=a&data={"name":"张"}&nonce=n-1&appsecret=s3cret'
    assert signing.sign(fields, "S3cret") == hashlib.sha256(plain.encode()).hexdigest()


@pytest.mark.parametrize("key_chars", [0, 16])
def test_a_sensitive_value_is_aes_cbc_with_the_secrets_beginning_as_iv(key_chars: int) -> None:
    for plain in ("", "310199199003070011", "一二三四五六七八九十甲乙丙丁戊己"):
        assert opened(signing.encrypt(plain, SECRET, key_chars), SECRET, key_chars) == plain
    assert signing.encrypt("310199199003070011", SECRET, key_chars) != signing.encrypt("310199199003070011", SECRET, 16 - key_chars)


@pytest.mark.parametrize(
    ("secret", "chars", "good"),
    [("x" * 32, 0, True), ("x" * 31, 0, False), ("x" * 31, 16, True), ("x" * 15, 16, False), ("密" * 32, 0, False)],
)
def test_a_secret_must_be_long_enough_to_be_the_key(secret: str, chars: int, good: bool) -> None:
    assert signing.usable(secret, chars) is good


def test_every_code_of_ours_has_one_of_theirs() -> None:
    assert set(TRADES) <= set(tables.TRADES)
    assert set(ID_TYPES) <= set(tables.DOCUMENTS)
    assert set(BANKS) <= set(tables.BANKS)
    assert {method.value for method in Method} <= set(tables.WAYS)
    assert {way.value for way in Direction} == set(tables.DIRECTIONS)
    assert set(ParticipantRole) == set(tables.CORP_TYPES)
    assert set(ProjectState) == set(tables.PROJECT_STATES)
    assert set(AssignmentEnd) == set(tables.END_CAUSES)


@pytest.mark.rule("A-11")
def test_a_contract_is_told_with_both_dates_and_as_fixed_term_unless_the_settings_allowed_another_type() -> None:
    begins, ends = dt.date(2026, 3, 1), dt.date(2026, 12, 31)
    for kind, code in (("fixed_term", "0"), ("task", "1")):
        told = message([Contract("2026PD0001", COMPANY, WHO, kind, begins, ends)], str.upper).data["contractList"][0]
        assert (told["contractPeriodType"], told["startDate"], told["endDate"]) == (code, "2026-03-01", "2026-12-31")
    with pytest.raises(KeyError):
        message([Contract("2026PD0001", COMPANY, WHO, "unheard of", begins, ends)], str.upper)


@pytest.mark.rule("A-20")
def test_another_bank_is_told_by_its_name_alone() -> None:
    def told(bank: str) -> dict[str, object]:
        payroll = Payroll(
            TEAM, WHO, "2026-03/7", dt.date(2026, 3, 1), Decimal("21.5"), Decimal("176.5"), Decimal("6000"), bank, "本地银行", "6222"
        )
        line: dict[str, object] = message([payroll], lambda plain: f"<{len(plain)}>").data["detailList"][0]
        return line

    assert "payRollBankCode" not in told("999")
    assert told("102")["payRollBankCode"] == "102"
    assert "payRollBankCode" not in told("a bank that was added as data")
    assert told("999") == {
        "idCardType": "01",
        "idCardNumber": "<18>",
        "days": "21.5",
        "workHours": "176.50",
        "payRollBankCardNumber": "<4>",
        "payRollBankName": "本地银行",
        "totalPayAmount": "6000.00",
        "thirdPayRollCode": "2026-03/7",
    }


def test_no_card_is_shown_by_what_holds_it() -> None:
    hours, due = Decimal(8), Decimal(300)
    assert "6222" not in repr(Payroll(TEAM, WHO, "2026-03/7", dt.date(2026, 3, 1), Decimal(1), hours, due, "102", "工行", "6222"))


def test_what_is_not_kept_is_not_made_up_and_what_the_settings_assume_never_wins_over_what_is_known() -> None:
    plain = Member(TEAM, "张三", WHO, "020", is_leader=False)
    told = message([plain], lambda number: "sealed").data["workerList"][0]
    assert told == {
        "workerName": "张三",
        "isTeamLeader": 0,
        "idCardType": "01",
        "idCardNumber": "sealed",
        "workType": "020",
        "workRole": "20",
    }
    assumed = Member(TEAM, "张三", WHO, "020", True, "汉族", assumed=(("nation", "?"), ("politicsType", "13")))
    told = message([assumed], lambda number: "sealed").data["workerList"][0]
    assert (told["nation"], told["politicsType"], told["isTeamLeader"]) == ("汉族", "13", 1)


def test_a_training_names_its_workers_sealed() -> None:
    training = Training("2026PD0001", dt.date(2026, 3, 2), "入场教育", "entry", 90, [WHO])
    told = message([training], lambda number: "sealed")
    assert (told.method, told.data["trainingTypeCode"], told.data["workers"]) == (
        "ProjectTraining.Add",
        "003002",
        [{"idCardType": "01", "idCardNumber": "sealed"}],
    )


def test_no_number_is_shown_by_what_holds_it() -> None:
    assert WHO.number not in repr(Member(TEAM, "张三", WHO, "020", is_leader=False, phone="13800000001"))
    assert "13800000001" not in repr(Member(TEAM, "张三", WHO, "020", is_leader=False, phone="13800000001"))


@pytest.mark.parametrize(
    ("body", "kind", "code"),
    [
        (b'{"code":"-1","message":"x"}', RefusedError, "PLATFORM_PARAMETER"),
        (b'{"code":-2}', StoppedError, "PLATFORM_SIGNATURE"),
        (b'{"code":-3}', RefusedError, "PLATFORM_PERMISSION"),
        (b'{"code":-4}', StoppedError, "PLATFORM_ADDRESS"),
        (b'{"code":-5}', LimitError, "PLATFORM_LIMIT"),
        (b'{"code":7,"msg":"?"}', RefusedError, "PLATFORM_REFUSED"),
        ('{"code":"-1","message":"班组已存在"}'.encode(), ThereError, ""),
        ('{"code":"-1","message":"参建单位不存在，班组已存在"}'.encode(), RefusedError, "PLATFORM_PARAMETER"),
        (b"<html>", AwayError, "PLATFORM_UNREADABLE"),
        (b"[]", AwayError, "PLATFORM_UNREADABLE"),
        (b"null", AwayError, "PLATFORM_UNREADABLE"),
        (b"\xff", AwayError, "PLATFORM_UNREADABLE"),
    ],
)
def test_every_top_code_is_a_fault_of_its_own(body: bytes, kind: type[PlatformError], code: str) -> None:
    with pytest.raises(PlatformError) as caught:
        answers.read(body)
    assert (type(caught.value), caught.value.code) == (kind, code)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ('{"status":"0"}', (Progress.PENDING, "")),
        ('{"status":20,"result":"ok"}', (Progress.DONE, "")),
        ('{"status":"20","result":{"teamSysNo":77}}', (Progress.DONE, "77")),
        ('"{\\"status\\":\\"20\\",\\"teamSysNo\\":\\"5\\"}"', (Progress.DONE, "5")),
    ],
)
def test_an_outcome_is_read_as_text_or_object(data: str, expected: tuple[Progress, str]) -> None:
    assert answers.outcome(answers.read(f'{{"code":0,"data":{data}}}'.encode())) == expected


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        ('{"status":"10","result":"项目中已存在身份证为310199199003070011"}', ThereError),
        ('{"status":"10"}', RefusedError),
        ("{}", AwayError),
    ],
)
def test_an_outcome_may_be_a_refusal_or_say_nothing(data: str, kind: type[PlatformError]) -> None:
    with pytest.raises(PlatformError) as caught:
        answers.outcome(answers.read(f'{{"code":0,"data":{data}}}'.encode()))
    assert type(caught.value) is kind
    assert "310199" not in caught.value.said


def test_waiting_doubles_up_to_a_limit_and_is_spread() -> None:
    waits = [rules.pause(attempt, 0) for attempt in range(1, 40)]
    assert waits[:3] == [rules.FIRST_PAUSE, rules.FIRST_PAUSE * 2, rules.FIRST_PAUSE * 4]
    assert max(waits) == rules.LONGEST_PAUSE
    assert rules.pause(1, 1) == rules.FIRST_PAUSE * 1.5


@pytest.mark.rule("A-50")
def test_a_movement_is_never_before_the_one_before_and_an_exit_needs_an_end_with_a_cause() -> None:
    early, late = dt.date(2026, 3, 1), dt.date(2026, 3, 9)
    assert [rules.movement_day(early, None), rules.movement_day(early, late), rules.movement_day(late, early)] == [early, late, late]
    assert rules.exit_cause(True, AssignmentEnd.DEATH) == "death"
    assert rules.exit_cause(False, AssignmentEnd.DEATH) is None
    assert rules.exit_cause(True, None) is None
