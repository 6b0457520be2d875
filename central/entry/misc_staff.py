"""勤杂、保安 in one click (A-29): the general contractor registers its own, assigns them to its project and accepts them.

Three deeds with three records, by the services that everybody uses, in one transaction: all of it or nothing.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from central.access import Access
from central.clock import Clock
from central.entry import acceptance
from central.entry import service as entry
from central.entry.service import Order
from central.entry.store import AssignmentView
from central.people import service as people
from central.people.chip_read import ChipRead
from central.people.model import Category
from central.people.registration import Policy, Registration
from central.projects import service as projects
from central.secrets import CentreSecrets


def take_on(
    session: Session,
    clock: Clock,
    keys: CentreSecrets,
    access: Access,
    project_id: int,
    *,
    said: Registration,
    trade: Any,
    policy: Policy,
    chip_read: ChipRead | None = None,
) -> AssignmentView:
    """A-29: the general contractor as employer. Raises what each of the three raises; 403 ONLY_GENERAL_CONTRACTOR for others."""
    access.require_employer()
    projects.require_general_contractor(session, access, project_id)
    misc = replace(said, category=Category.MISC.value)
    worker = people.register(session, clock, keys, access, misc, policy=policy, chip_read=chip_read).worker
    made = entry.assign(session, clock, access, Order(worker.id, project_id, trade)).assignment
    return acceptance.accept(session, clock, access, made.id)
