"""Who acts, on what behalf, and what follows from that alone. Every service takes an `Access`; none looks at a request.

A role has functions (`central.functions`); a certificate, a token or a delegation may narrow them and never widens them. A service asks
`access.require(Function.CONFIRM_ENTRY)` first, then whether the object is this principal's.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from central.errors import Problem
from central.functions import ALL, CLERK, ENTERPRISE_ONLY, OF_ROLE, Function

__all__ = ["SYSTEM", "Access", "Function", "Position", "Role"]


class Role(StrEnum):
    """What kind of principal it is.

    `employer` is a whole enterprise, `contractor` an account of one project's office, `authority` the supervision body (监督机构),
    `head_station` 总站. The three administrators are kept apart: `administrator` keeps settings and boxes, `security` accounts,
    certificates and tokens, `auditor` reads the audit and nothing else.
    """

    EMPLOYER = "employer"
    CONTRACTOR = "contractor"
    AUTHORITY = "authority"
    HEAD_STATION = "head_station"
    ADMINISTRATOR = "administrator"
    SECURITY = "security"
    AUDITOR = "auditor"


class Position(StrEnum):
    """What somebody is in a project's office: manager (项目经理), labour clerk (劳务员), or a member who acts by delegation (A-06)."""

    MANAGER = "manager"
    CLERK = "clerk"
    MEMBER = "member"


_SEES_EVERYTHING: Final = (Role.AUTHORITY, Role.HEAD_STATION, Role.ADMINISTRATOR)


@dataclass(frozen=True)
class Access:
    """The acting principal: from a certificate, a bearer token or a portal session.

    `actor` is its stable name in the audit (`token:3`, `account:7`, `certificate:2`, `system:init`). `project_id` binds it to one project;
    `on_behalf_of` names whom it acts for (A-06). `granted` narrows the functions of its role; None leaves them whole. `certificate` is
    the serial number of the certificate it signed in with (A-05).
    """

    actor: str
    role: Role
    company_id: int | None = None
    project_id: int | None = None
    on_behalf_of: str = ""
    request_id: str = ""
    position: Position = Position.MANAGER
    granted: frozenset[Function] | None = None
    certificate: str = ""

    @property
    def functions(self) -> frozenset[Function]:
        """What it may do, as far as that follows from who it is."""
        whole = OF_ROLE[self.role.value]
        if self.actor == "system":
            whole = ALL
        elif self.role is Role.CONTRACTOR and self.position is Position.CLERK:
            whole &= CLERK
        elif self.role is Role.CONTRACTOR and self.position is Position.MEMBER:
            return whole & (self.granted or frozenset())
        return whole if self.granted is None else whole & self.granted

    def may(self, function: Function) -> bool:
        """Whether it may do this: for pages that show a button or leave it out."""
        return function in self.functions

    def require(self, function: Function) -> None:
        """A-04, A-06: raises `Problem` 403 unless this principal has the function.

        ENTERPRISE_CERT_REQUIRED for a project account at an enterprise function, NOT_THE_EMPLOYER for anybody else there,
        ONLY_PM_DELEGATES, OUTSIDE_DELEGATION for a delegate, FUNCTION_NOT_GRANTED for a narrowed certificate or token,
        else ROLE_NOT_ALLOWED.
        """
        if function not in self.functions:
            raise Problem(self._refusal(function), 403)

    def _refusal(self, function: Function) -> str:
        is_office = self.role is Role.CONTRACTOR
        if function is Function.DELEGATE:
            return "ONLY_PM_DELEGATES"
        if function in ENTERPRISE_ONLY and self.role is not Role.EMPLOYER:
            return "ENTERPRISE_CERT_REQUIRED" if is_office else "NOT_THE_EMPLOYER"
        if function not in OF_ROLE[self.role.value]:
            return "ROLE_NOT_ALLOWED"
        if is_office and self.position is Position.MEMBER:
            return "OUTSIDE_DELEGATION"
        return "FUNCTION_NOT_GRANTED" if self.position is Position.MANAGER else "ROLE_NOT_ALLOWED"

    def require_role(self, *roles: Role) -> None:
        """Raises `Problem` 403 ROLE_NOT_ALLOWED unless the role is one of these."""
        if self.role not in roles:
            raise Problem("ROLE_NOT_ALLOWED", 403)

    def require_employer(self, company_id: int | None = None) -> int:
        """A-01: only the employer itself registers and assigns. Returns its company.

        Raises `Problem` 403 ENTERPRISE_CERT_REQUIRED for a project account (A-04), NOT_THE_EMPLOYER for an authority, an administrator,
        or another company's data.
        """
        if self.role is Role.CONTRACTOR:
            raise Problem("ENTERPRISE_CERT_REQUIRED", 403)
        if self.role is not Role.EMPLOYER or self.company_id is None or company_id not in (None, self.company_id):
            raise Problem("NOT_THE_EMPLOYER", 403)
        return self.company_id

    def require_project(self, project_id: int) -> None:
        """An account bound to one project sees no other: `Problem` 404 NOT_FOUND."""
        if self.project_id not in (None, project_id):
            raise Problem("NOT_FOUND", 404)

    @property
    def sees_everything(self) -> bool:
        """Whether the principal may look at every project, masked: the supervision body, the head station, the system administrator."""
        return self.role in _SEES_EVERYTHING


SYSTEM = Access(actor="system", role=Role.ADMINISTRATOR)
"""The centre itself: ingest, scheduled work, the first start. It has every function."""
