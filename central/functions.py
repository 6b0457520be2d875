"""What can be done at the centre, as a closed list, and which roles may do it. Data; `central.access` decides by it.

A service names one function at its beginning. Everything that changes data, shows a clear number or leaves the centre as a file has its
own; looking at what the role is for needs VIEW_PEOPLE, VIEW_ATTENDANCE or VIEW_DEVICES.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Function(StrEnum):
    """A thing that somebody may do. The values are stored with certificates, tokens and delegations: they never change."""

    # an enterprise's own affairs
    REGISTER = "register"
    """Register workers, edit them and their employment, import many."""
    ASSIGN = "assign"
    """Assign to projects, edit, withdraw; teams and their leaders."""
    DEPART = "depart"
    """Departure, its cancellation, transfer, death."""
    MANAGE_CERTIFICATES = "manage_certificates"
    """Grant and end the rights of the enterprise's certificates."""

    # a project's affairs
    CONFIRM_ENTRY = "confirm_entry"
    """Accept and return what was assigned (A-02)."""
    COMPARE = "compare"
    """Ask whether a number is this worker's, without seeing it (A-44)."""
    REVEAL = "reveal"
    """See a number in clear, for a stated purpose (A-44, A-61)."""
    MANAGE_PARTICIPANTS = "manage_participants"
    """Who takes part in the project, under whom; completion of subcontracts and project (A-53)."""
    MANAGE_GATES = "manage_gates"
    """Boxes, kiosks, their operators, gate policy (A-60)."""
    MANAGE_PROJECT = "manage_project"
    """The project's own settings: day cut, profile, calendar, suspension."""
    CORRECT_ATTENDANCE = "correct_attendance"
    """Requests for missing punches, and their approval (补卡)."""
    PUBLISH_MONTH = "publish_month"
    """Freeze and publish a month's sheet."""
    DELEGATE = "delegate"
    """Give members of the office a part of the manager's functions (A-06)."""

    # of several
    VIEW_PEOPLE = "view_people"
    VIEW_WAGES = "view_wages"
    """Contract and wage items, for comparison between the parties (A-61)."""
    VIEW_ATTENDANCE = "view_attendance"
    VIEW_DEVICES = "view_devices"
    EXPORT = "export"
    """Take a list away as a file."""
    ATTACH_EVIDENCE = "attach_evidence"
    """印证材料 (A-27, A-28)."""
    REQUEST_HISTORY = "request_history"
    """Ask for data of the old system, and state as a party to it (A-57)."""
    ISSUE_TOKENS = "issue_tokens"

    # supervision
    VERIFY_IDENTITY = "verify_identity"
    """The verification desk (A-25, A-26)."""
    HISTORY_VERIFY = "history_verify"
    """The supervision body's step of A-57."""
    HISTORY_ACCEPT = "history_accept"
    """The head station's step of A-57."""
    SUPERVISE = "supervise"
    """Coverage, update rate, anomalies over all projects."""

    # administration, kept apart
    MANAGE_REGISTER = "manage_register"
    """Companies and projects themselves."""
    MANAGE_SETTINGS = "manage_settings"
    VIEW_HEALTH = "view_health"
    MANAGE_ACCOUNTS = "manage_accounts"
    READ_AUDIT = "read_audit"


_F = Function
ALL: Final = frozenset(Function)

ENTERPRISE_ONLY: Final = frozenset({_F.REGISTER, _F.ASSIGN, _F.DEPART})
"""A-04: no project account replaces the enterprise's certificate here."""

_LOOKING: Final = frozenset({_F.VIEW_PEOPLE, _F.VIEW_WAGES, _F.VIEW_ATTENDANCE, _F.VIEW_DEVICES, _F.EXPORT})
_OFFICE: Final = _LOOKING | {
    _F.CONFIRM_ENTRY,
    _F.COMPARE,
    _F.REVEAL,
    _F.MANAGE_PARTICIPANTS,
    _F.MANAGE_GATES,
    _F.MANAGE_PROJECT,
    _F.CORRECT_ATTENDANCE,
    _F.PUBLISH_MONTH,
    _F.ATTACH_EVIDENCE,
    _F.REQUEST_HISTORY,
    _F.ISSUE_TOKENS,
}

OF_ROLE: Final[dict[str, frozenset[Function]]] = {
    "employer": _OFFICE | ENTERPRISE_ONLY | {_F.MANAGE_CERTIFICATES},
    "contractor": _OFFICE | {_F.DELEGATE},
    "authority": _LOOKING | {_F.COMPARE, _F.REVEAL, _F.VERIFY_IDENTITY, _F.HISTORY_VERIFY, _F.SUPERVISE, _F.VIEW_HEALTH},
    "head_station": _LOOKING | {_F.HISTORY_ACCEPT, _F.SUPERVISE, _F.VIEW_HEALTH},
    "administrator": frozenset(
        {
            _F.MANAGE_REGISTER,
            _F.MANAGE_PARTICIPANTS,
            _F.MANAGE_GATES,
            _F.MANAGE_SETTINGS,
            _F.VIEW_HEALTH,
            _F.VIEW_DEVICES,
            _F.VIEW_PEOPLE,
        }
    ),
    "security": frozenset({_F.MANAGE_ACCOUNTS, _F.MANAGE_CERTIFICATES, _F.ISSUE_TOKENS}),
    "auditor": frozenset({_F.READ_AUDIT}),
}
"""By `Role`'s value. System, security and audit administration share nothing."""

CLERK: Final = frozenset(
    {_F.VIEW_PEOPLE, _F.VIEW_ATTENDANCE, _F.VIEW_WAGES, _F.COMPARE, _F.ATTACH_EVIDENCE, _F.EXPORT, _F.CORRECT_ATTENDANCE}
)
"""What a labour clerk of the office may do by the position alone."""

NOT_DELEGABLE: Final = frozenset({_F.DELEGATE, _F.ISSUE_TOKENS})
"""A-06: whoever acts by delegation delegates nothing and makes no tokens."""
FIRST_SIGHT: Final = frozenset({_F.VIEW_PEOPLE, _F.VIEW_ATTENDANCE})
"""What a further certificate of an enterprise may do until somebody with MANAGE_CERTIFICATES says more (A-05)."""
