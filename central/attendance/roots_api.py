"""Routes of the daily roots: what was published, and the proof of one worker's passages."""

from __future__ import annotations

import datetime as dt

from fastapi import APIRouter
from pydantic import BaseModel, Field

from central.attendance import roots
from central.attendance.papers import DailyRoot
from central.attendance.roots import Proof
from central.call import Caller, RowId
from central.problems import RESPONSES

router = APIRouter(prefix="/api/v1", tags=["attendance"], responses=RESPONSES)


class RootOut(BaseModel):
    """A published root; a later version tells of what arrived later, and the earlier ones stay."""

    version: int
    root: str = Field(description="SHA-256", examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"])
    leaves: int
    published_at: dt.datetime

    @classmethod
    def of(cls, row: DailyRoot) -> RootOut:
        """From the record."""
        return cls(version=row.version, root=row.root.hex(), leaves=row.leaves, published_at=row.published_at)


class RootsOut(BaseModel):
    """Every version of a date, the oldest first; empty while the date is under way."""

    project_id: int
    date: dt.date
    versions: list[RootOut]


class StepOut(BaseModel):
    """A node beside the way to the root: hash this and what you have, in the order that `is_left` says, after a byte 01."""

    hash: str
    is_left: bool


class ProofOut(BaseModel):
    """A passage as its box told it, and the way to the root. The leaf's hash is SHA-256 over a byte 00 and the msgpack array of
    box, epoch, seq, at_ms, direction, method, chained (bytes)."""

    passage: str
    at: dt.datetime
    box: str
    epoch: str
    seq: int
    at_ms: int
    direction: str
    method: str
    chained: str
    leaf: str
    path: list[StepOut]

    @classmethod
    def of(cls, proof: Proof) -> ProofOut:
        """From the service."""
        leaf = proof.leaf
        return cls(
            passage=f"{leaf.box}.{leaf.epoch}.{leaf.seq}",
            at=dt.datetime.fromtimestamp(leaf.at_ms / 1000, dt.UTC),
            box=leaf.box,
            epoch=leaf.epoch,
            seq=leaf.seq,
            at_ms=leaf.at_ms,
            direction=leaf.direction,
            method=leaf.method,
            chained=leaf.chained.hex(),
            leaf=leaf.hash.hex(),
            path=[StepOut(hash=step.hash.hex(), is_left=step.is_left) for step in proof.path],
        )


class ProofsOut(BaseModel):
    """A worker's passages of a date under the last published root."""

    project_id: int
    date: dt.date
    published: RootOut
    proofs: list[ProofOut]


@router.get("/projects/{project_id}/roots/{date}", response_model=RootsOut, summary="每日根哈希 / the daily root")
def of_date(caller: Caller, project_id: RowId, date: dt.date) -> RootsOut:
    """Every version that was published of that date."""
    with caller.reading() as session:
        found = roots.versions(session, caller.access, project_id, date)
    return RootsOut(project_id=project_id, date=date, versions=[RootOut.of(row) for row in found])


@router.get("/assignments/{assignment_id}/proofs/{date}", response_model=ProofsOut, summary="通行记录证明 / proof of a worker's passages")
def of_worker(caller: Caller, assignment_id: RowId, date: dt.date) -> ProofsOut:
    """That the worker's passages of that date stand under the published root, unaltered."""
    with caller.reading() as session:
        published, found = roots.proofs(session, caller.access, assignment_id, date)
    return ProofsOut(
        project_id=published.project_id, date=date, published=RootOut.of(published), proofs=[ProofOut.of(proof) for proof in found]
    )
