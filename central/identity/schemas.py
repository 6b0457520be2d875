"""What the API says of tokens, accounts and operators."""

from __future__ import annotations

from typing import Annotated

from pydantic import AwareDatetime, Field, JsonValue, StringConstraints

from central.access import Function, Position, Role
from central.identity.model import OperatorRole
from central.schemas import In, Moment, Out, ShortLine, example

Username = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.@-]{3,64}$")]
RowRef = Annotated[int, Field(ge=1, le=2**53)]
Functions = Annotated[list[Function], Field(max_length=len(Function), description="功能范围 / functions")]


class TokenIn(In):
    """A new bearer token."""

    model_config = example({"name": "浦江劳务接口", "role": "employer", "company_id": 3, "functions": ["view_people", "register"]})

    name: ShortLine
    role: Role
    company_id: RowRef | None = None
    project_id: RowRef | None = None
    functions: Functions | None = None
    expires_at: AwareDatetime | None = None


class TokenOut(Out):
    """The token; `token` is told once, now."""

    id: int
    name: str
    role: Role
    company_id: int | None
    project_id: int | None
    functions: list[Function] | None
    expires_at: Moment | None
    revoked_at: Moment | None = None
    last_used_at: Moment | None = None
    token: str | None = None


class AccountIn(In):
    """A new account of the portal; `password` is temporary: its owner chooses another at the first sign-in."""

    model_config = example(
        {
            "username": "wang.gc",
            "password": "correct-horse-9",
            "display_name": "王项目经理",
            "role": "contractor",
            "company_id": 1,
            "project_id": 1,
        }
    )

    username: Username
    password: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    display_name: ShortLine
    role: Role
    company_id: RowRef | None = None
    project_id: RowRef | None = None
    position: Position | None = None


class AccountOut(Out):
    """An account, without its password."""

    id: int
    username: str
    display_name: str
    role: Role
    company_id: int | None
    project_id: int | None
    position: Position
    has_second_factor: bool
    disabled_at: Moment | None
    password: str | None = Field(default=None, description="临时密码，只显示一次 / temporary password, told once")


class ResetIn(In):
    """What is reset beside the password."""

    model_config = example({"second_factor_too": False})

    second_factor_too: bool = False


class CertificateOut(Out):
    """A certificate by which an enterprise signs in; `functions` null is all that an enterprise has."""

    id: int
    company_id: int
    serial: str
    issuer: str
    operator: str
    functions: list[Function] | None
    not_after: Moment
    disabled_at: Moment | None
    last_used_at: Moment | None


class GrantIn(In):
    """What a certificate may do."""

    model_config = example({"functions": ["view_people", "register", "assign"]})

    functions: Functions


class DelegationIn(In):
    """What a manager lets a member of the same office do."""

    model_config = example({"delegate_id": 12, "functions": ["confirm_entry", "compare"], "ends_at": "2027-01-01T00:00:00+08:00"})

    delegate_id: RowRef
    functions: Functions
    starts_at: AwareDatetime | None = None
    ends_at: AwareDatetime | None = None


class DelegationOut(Out):
    """A delegation; `revoke_cause` says why it ended before its time."""

    id: int
    project_id: int
    manager_id: int
    delegate_id: int
    functions: list[Function]
    starts_at: Moment
    ends_at: Moment | None
    revoked_at: Moment | None
    revoke_cause: str


class AuditOut(Out):
    """One deed. `told` holds before, after, request, role, company and, where one was used, the certificate; numbers are masked."""

    id: int
    at: Moment
    actor: str
    on_behalf_of: str
    action: str
    subject: str
    told: dict[str, JsonValue]
    hash: str


class ChainOut(Out):
    """Whether the audit's chain holds; `broken_at` is the first entry that does not follow."""

    whole: bool
    broken_at: int | None


class OperatorIn(In):
    """Somebody who may use the project's kiosks."""

    model_config = example({"name": "李现场", "pin": "280519", "role": "manager"})

    name: ShortLine
    pin: Annotated[str, StringConstraints(min_length=1, max_length=20)]
    role: OperatorRole = OperatorRole.MANAGER


class OperatorOut(Out):
    """A kiosk operator, without the PIN."""

    id: int
    project_id: int
    name: str
    role: OperatorRole
