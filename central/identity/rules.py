"""The rules of accounts and PINs: pure functions of values."""

from __future__ import annotations

import itertools
import re

from central.access import Role
from central.errors import Problem


def principal(role: Role, company_id: int | None, project_id: int | None) -> tuple[int | None, int | None]:
    """An employer acts for its company, a contractor for its company on one project, the others for neither."""
    if role is Role.EMPLOYER:
        if company_id is None:
            raise Problem("PRINCIPAL_INCOMPLETE", 422, "company_id")
        return company_id, None
    if role is Role.CONTRACTOR:
        if company_id is None or project_id is None:
            raise Problem("PRINCIPAL_INCOMPLETE", 422, "project_id" if company_id is not None else "company_id")
        return company_id, project_id
    return None, None


def password(given: str) -> str:
    """Ten characters or more, and not digits only."""
    if len(given) < 10 or given.isdigit():
        raise Problem("PASSWORD_TOO_WEAK", 422, "password")
    return given


def pin(given: str) -> str:
    """Six to twelve digits, neither all alike nor counting up or down."""
    steps = {ord(b) - ord(a) for a, b in itertools.pairwise(given)}
    if not re.fullmatch(r"[0-9]{6,12}", given) or steps in ({0}, {1}, {-1}):
        raise Problem("PIN_INVALID", 422, "pin")
    return given
