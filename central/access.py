"""Who acts, on what behalf, and what follows from that alone. Every service takes an `Access`; none looks at a request."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from central.errors import Problem


class Role(StrEnum):
    """What kind of principal it is. `employer` is a whole enterprise, `contractor` the account of one project's office."""

    EMPLOYER = "employer"
    CONTRACTOR = "contractor"
    AUTHORITY = "authority"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True)
class Access:
    """The acting principal: from a bearer token or from a portal session.

    `actor` is its stable name in the audit (`token:3`, `account:7`, `system:init`). `project_id` binds it to one project;
    `on_behalf_of` names whom it acts for.
    """

    actor: str
    role: Role
    company_id: int | None = None
    project_id: int | None = None
    on_behalf_of: str = ""
    request_id: str = ""

    def require_role(self, *roles: Role) -> None:
        """Raises `Problem` 403 ROLE_NOT_ALLOWED unless the role is one of these."""
        if self.role not in roles:
            raise Problem("ROLE_NOT_ALLOWED", 403)

    def require_employer(self, company_id: int | None = None) -> int:
        """A-01: only the employer itself registers and assigns. Returns its company.

        Raises `Problem` 403 NOT_THE_EMPLOYER for a project account, an authority, or another company's data.
        """
        if self.role is not Role.EMPLOYER or self.company_id is None or company_id not in (None, self.company_id):
            raise Problem("NOT_THE_EMPLOYER", 403)
        return self.company_id

    def require_project(self, project_id: int) -> None:
        """An account bound to one project sees no other: `Problem` 404 NOT_FOUND."""
        if self.project_id not in (None, project_id):
            raise Problem("NOT_FOUND", 404)

    @property
    def sees_everything(self) -> bool:
        """Whether the principal may look at every project: authorities and administrators, masked."""
        return self.role in (Role.AUTHORITY, Role.ADMINISTRATOR)


SYSTEM = Access(actor="system", role=Role.ADMINISTRATOR)
"""The centre itself: ingest, scheduled work, the first start."""
