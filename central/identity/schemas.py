"""What the API says of tokens, accounts and operators."""

from __future__ import annotations

from typing import Annotated

from pydantic import AwareDatetime, Field, StringConstraints

from central.access import Role
from central.schemas import In, Moment, Out, ShortLine, example

Username = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.@-]{3,64}$")]
RowRef = Annotated[int, Field(ge=1, le=2**53)]


class TokenIn(In):
    """A new bearer token."""

    model_config = example({"name": "浦江劳务接口", "role": "employer", "company_id": 3})

    name: ShortLine
    role: Role
    company_id: RowRef | None = None
    project_id: RowRef | None = None
    expires_at: AwareDatetime | None = None


class TokenOut(Out):
    """The token; `token` is told once, now."""

    id: int
    name: str
    role: Role
    company_id: int | None
    project_id: int | None
    expires_at: Moment | None
    revoked_at: Moment | None = None
    token: str | None = None


class AccountIn(In):
    """A new account of the portal."""

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


class AccountOut(Out):
    """An account, without its password."""

    id: int
    username: str
    display_name: str
    role: Role
    company_id: int | None
    project_id: int | None


class OperatorIn(In):
    """Somebody who may use the project's kiosks."""

    model_config = example({"name": "李现场", "pin": "280519"})

    name: ShortLine
    pin: Annotated[str, StringConstraints(min_length=1, max_length=20)]


class OperatorOut(Out):
    """A kiosk operator, without the PIN."""

    id: int
    project_id: int
    name: str
