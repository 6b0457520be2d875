"""What the API says of workers. ID, phone and card numbers come in; only masks go out (A-44)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StringConstraints, WithJsonSchema

from central.errors import TEXTS, Problem
from central.people.chip_read import ChipFields, ChipRead
from central.people.editing import Edit
from central.people.model import Category, EmploymentForm, EmploymentState, IdentityState, WageTerms, WageType
from central.people.registration import Registration
from central.people.service import EmployedWorker
from central.people.wages import Notice
from central.schemas import In, OptionalLine, Out, ShortLine, example

_CODE = StringConstraints(strip_whitespace=True, max_length=32)
RequiredDay = Annotated[
    dt.date | None, BeforeValidator(lambda given: None if given == "" else given), WithJsonSchema({"type": "string", "format": "date"})
]
"""A date that a rule asks for: left out or blank, the rule's own code answers."""
Code = Annotated[str, _CODE]
Money = Annotated[str | int | float, Field(union_mode="left_to_right")]
"""An amount or a count as typed, number or text; the rule reads it."""
Typed = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
Trade = Annotated[Any, WithJsonSchema({"type": "string", "maxLength": 8, "description": "主要工种代码，只能一个（A-31）"})]

_WAGES = {
    "wage_type": "monthly",
    "bank_code": "102",
    "card_number": "6222020200001234567",
    "basic_wage": "4500",
    "probation_wage": "4000",
    "performance_payments": 3,
    "performance_dates": "2026-09-01,2027-02-01,2027-02-20",
}


class ChipFieldsIn(In):
    """What the chip holds, as `central.people.chip_read` says."""

    name: Typed
    id_number: Typed
    id_type: Code = "01"
    sex: Code = ""
    nation: Typed = ""
    birth_date: Code = ""
    address: Typed = ""
    issuer: Typed = ""
    valid_from: Code = ""
    valid_until: Code = ""


class ChipReadIn(In):
    """A read that a paired reader signed."""

    reader_id: Annotated[int, Field(ge=1, le=2**53)]
    nonce: Annotated[str, StringConstraints(max_length=100)]
    read_at: Annotated[str, StringConstraints(max_length=40)]
    fields: ChipFieldsIn
    signature: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{128}$")]


class Identity(In):
    """How the number was read: from the chip, with the reader's signature, or typed (then it waits for verification, A-26)."""

    source: Literal["chip", "typed"]
    read: ChipReadIn | None = None


class WagesIn(In):
    """A-13 to A-21: the wage items, as typed. A blank one is named by the rule's own code."""

    wage_type: Code = ""
    bank_code: Code = ""
    bank_name: Annotated[str, StringConstraints(strip_whitespace=True, max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$")] = ""
    card_number: Code = ""
    basic_wage: Money = ""
    probation_wage: Money = ""
    performance_payments: Money = ""
    performance_dates: Typed = ""


class RegistrationIn(WagesIn):
    """A worker, the labour contract and the wages, as the employer states them. What is blank a profile may fill (A-14)."""

    model_config = example(
        {
            "name": "张建国",
            "id_type": "01",
            "id_number": "310115199003072516",
            "phone": "13800001234",
            "nation": "汉",
            "contract_type": "fixed_term",
            "contract_start": "2026-03-01",
            "contract_end": "2027-12-31",
            "employment_form": "non_temporary",
            "category": "worker",
            "main_trade": "020",
            **_WAGES,
            "identity": {"source": "typed"},
        }
    )

    name: ShortLine
    id_type: Code = "01"
    id_number: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
    birth_date: dt.date | None = None
    phone: Code = ""
    nation: Annotated[str, StringConstraints(strip_whitespace=True, max_length=40, pattern=r"^[^\x00-\x1f\x7f]*$")] = ""
    address: Typed = ""
    contract_type: Code = "fixed_term"
    contract_start: RequiredDay = None
    contract_end: RequiredDay = None
    employment_form: Code = "non_temporary"
    category: Code = "worker"
    state: Code = ""
    main_trade: Trade = ""
    employer_id: Annotated[int, Field(ge=1, le=2**53)] | None = None
    project_id: Annotated[int, Field(ge=1, le=2**53)] | None = None
    team_id: Annotated[int, Field(ge=1, le=2**53)] | None = None
    identity: Identity = Identity(source="typed")

    def said(self) -> Registration:
        """As the service takes it."""
        told = self.model_dump(exclude={"identity"})
        return Registration(**{**told, **_texts(told)})

    def chip_read(self) -> ChipRead | None:
        """The signed read; "chip" without one proves nothing and is refused."""
        if self.identity.source == "typed":
            return None
        read = self.identity.read
        if read is None:
            raise Problem("CHIP_READ_REQUIRED", 422, "identity")
        return ChipRead(ChipFields(**read.fields.model_dump()), read.reader_id, read.nonce, read.read_at, bytes.fromhex(read.signature))


class WorkerEdit(In):
    """What is changed; what is left out stays. `version` (or If-Match) is what was read."""

    model_config = example({"phone": "13800005678", "version": 1})

    name: ShortLine | None = None
    phone: Code | None = None
    address: Typed | None = None
    nation: Annotated[str, StringConstraints(strip_whitespace=True, max_length=40)] | None = None
    main_trade: Trade = None
    contract_end: dt.date | None = None
    wage_type: Code | None = None
    bank_code: Code | None = None
    bank_name: Annotated[str, StringConstraints(strip_whitespace=True, max_length=100)] | None = None
    card_number: Code | None = None
    basic_wage: Money | None = None
    probation_wage: Money | None = None
    performance_payments: Money | None = None
    performance_dates: Typed | None = None
    version: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None

    def change(self, version: int) -> Edit:
        """As the service takes it."""
        told = self.model_dump(exclude={"version"})
        return Edit(**{**told, **_texts(told), "version": version})


class NoticeOut(Out):
    """A warning that refuses nothing."""

    code: str
    field: str
    detail: str
    detail_en: str
    values: dict[str, Any]


class WagesOut(Out):
    """The wage items as the employer sees them; the card shows its last four. `defaulted` fields came from a profile (A-14)."""

    wage_type: WageType
    bank_code: str
    bank_name: str
    card_masked: str
    basic_wage: Decimal
    probation_wage: Decimal
    performance_payments: int
    performance_dates: list[dt.date]
    defaulted: list[str]


class EmploymentOut(Out):
    """The present labour contract. `exceptional`: a further one that supervision allowed (A-30)."""

    employer_id: int
    employer: str
    contract_type: str
    contract_start: dt.date
    contract_end: dt.date
    employment_form: EmploymentForm
    state: EmploymentState
    departure_on: dt.date | None
    exceptional: bool


class WorkerOut(Out):
    """A worker, masked. `identity_cause` says why the identity still waits (A-25), with what to do; `wages` are the employer's own."""

    id: int
    name: str
    id_type: str
    id_masked: str
    phone_masked: str
    sex: str
    birth_date: dt.date | None
    nation: OptionalLine
    category: Category
    main_trade: str
    identity_state: IdentityState
    identity_source: str
    identity_cause: NoticeOut | None
    version: int
    employment: EmploymentOut
    wages: WagesOut | None
    warnings: list[NoticeOut]


def worker_out(found: EmployedWorker, *, with_wages: bool = True) -> WorkerOut:
    """As the API shows a worker; the wage items only to the employer (others: A-61's own view)."""
    w, e = found.worker, found.employment
    cause = notice_out(Notice(w.identity_cause, "identity", {})) if w.identity_cause else None
    return WorkerOut(
        id=w.id,
        name=w.name,
        id_type=w.id_type,
        id_masked=w.id_masked,
        phone_masked=w.phone_masked,
        sex=w.sex,
        birth_date=w.birth_date,
        nation=w.nation,
        category=w.category,
        main_trade=w.main_trade,
        identity_state=w.identity_state,
        identity_source=w.identity_source,
        identity_cause=cause,
        version=w.version,
        employment=EmploymentOut(
            employer_id=e.employer_id,
            employer=found.employer,
            contract_type=e.contract_type,
            contract_start=e.contract_start,
            contract_end=e.contract_end,
            employment_form=e.employment_form,
            state=e.state,
            departure_on=e.departure_on,
            exceptional=bool(e.exceptional),
        ),
        wages=wages_out(found.wages) if found.wages is not None and with_wages else None,
        warnings=[notice_out(notice) for notice in found.notices],
    )


def wages_out(terms: WageTerms) -> WagesOut:
    """As the employer sees them."""
    return WagesOut(
        wage_type=terms.wage_type,
        bank_code=terms.bank_code,
        bank_name=terms.bank_name,
        card_masked=terms.card_masked,
        basic_wage=terms.basic_wage,
        probation_wage=terms.probation_wage,
        performance_payments=terms.performance_payments,
        performance_dates=[dt.date.fromisoformat(day) for day in terms.performance_dates.split(",") if day],
        defaulted=[name for name in terms.defaulted.split(",") if name],
    )


def notice_out(notice: Notice) -> NoticeOut:
    """A warning with its texts."""
    text = Problem(notice.code, 200, **dict(notice.values)).text if notice.code in TEXTS else None
    return NoticeOut(
        code=notice.code,
        field=notice.field,
        detail=text.zh if text else notice.code,
        detail_en=text.en if text else notice.code,
        values=dict(notice.values),
    )


def _texts(told: dict[str, Any]) -> dict[str, Any]:
    """Amounts and counts as text, whatever way they were sent."""
    names = ("basic_wage", "probation_wage", "performance_payments")
    return {name: None if told[name] is None else str(told[name])[:40] for name in names}
