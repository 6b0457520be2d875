"""What the API says of workers. ID and phone numbers come in; only masks go out (A-44)."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, WithJsonSchema

from central.people.model import Category, EmploymentForm, EmploymentState, IdentityState
from central.people.service import EmployedWorker
from central.schemas import In, Line, OptionalLine, Out, ShortLine, example

_CODE = StringConstraints(strip_whitespace=True, max_length=32)
RequiredDay = Annotated[dt.date | None, WithJsonSchema({"type": "string", "format": "date"})]
"""A date that a rule asks for: left out, the rule's own code answers."""


class Identity(In):
    """How the number was read: from the card's chip by a reader, or typed (then it waits for verification, A-26)."""

    source: Literal["chip", "typed"]


class RegistrationIn(In):
    """A worker and the labour contract, as the employer states them."""

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
            "identity": {"source": "chip"},
        }
    )

    name: ShortLine
    id_type: Annotated[str, _CODE] = "01"
    id_number: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=30)]
    phone: Annotated[str, _CODE] = ""
    nation: Annotated[str, StringConstraints(strip_whitespace=True, max_length=40, pattern=r"^[^\x00-\x1f\x7f]*$")] = ""
    contract_type: Annotated[str, _CODE] = "fixed_term"
    contract_start: RequiredDay = None
    contract_end: RequiredDay = None
    employment_form: Annotated[str, _CODE] = "non_temporary"
    category: Annotated[str, _CODE] = "worker"
    employer_id: Annotated[int, Field(ge=1, le=2**53)] | None = None
    identity: Identity = Identity(source="typed")


class VerificationIn(In):
    """The outcome of checking who somebody is, and on what evidence."""

    model_config = example({"verified": True, "evidence": "本人持身份证到小木桥路680号受理大厅核验，受理单 20260312-017"})

    verified: bool
    evidence: Line


class WorkerEdit(In):
    """What stays editable; `version` (or If-Match) is what was read."""

    model_config = example({"phone": "13800005678", "version": 1})

    phone: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=32)]
    version: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None


class EmploymentOut(Out):
    """The present labour contract."""

    employer_id: int
    employer: str
    contract_type: str
    contract_start: dt.date
    contract_end: dt.date
    employment_form: EmploymentForm
    state: EmploymentState


class WorkerOut(Out):
    """A worker, masked."""

    id: int
    name: str
    id_type: str
    id_masked: str
    phone_masked: str
    sex: str
    birth_date: dt.date | None
    nation: OptionalLine
    category: Category
    identity_state: IdentityState
    version: int
    employment: EmploymentOut


def worker_out(found: EmployedWorker) -> WorkerOut:
    """As the API shows a worker."""
    w, e = found.worker, found.employment
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
        identity_state=w.identity_state,
        version=w.version,
        employment=EmploymentOut(
            employer_id=e.employer_id,
            employer=found.employer,
            contract_type=e.contract_type,
            contract_start=e.contract_start,
            contract_end=e.contract_end,
            employment_form=e.employment_form,
            state=e.state,
        ),
    )
