"""Who sees whom, in random trees of companies and random states of acceptance, against an oracle that walks the tree by hand (A-45)."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from dataclasses import dataclass

import httpx
import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from central.access import Access, Role
from central.centre import Centre
from central.database import Database
from central.entry import people_list
from central.entry import service as entry
from central.entry.model import Assignment, AssignmentState
from central.entry.people_list import PeopleQuery
from central.errors import Problem
from central.people.model import Category, Employment, EmploymentForm, EmploymentState, IdentityState, Worker, WorkerTerm
from central.projects.model import Company, Participant, ParticipantRole, Project, ProjectState
from tests.central.builders import Story

R = ParticipantRole
AT = dt.datetime(2026, 3, 13, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Node:
    """A participant of a drawn tree: number, role, parent's number, and the steps that each of its workers has been accepted."""

    number: int
    role: ParticipantRole
    parent: int | None
    accepted: tuple[int, ...]


@st.composite
def trees(draw: st.DrawFn) -> list[Node]:
    """A general contractor, subcontractors under using units, an owner beside; each its own company, with up to two workers."""
    nodes: list[Node] = []
    for number in range(1, draw(st.integers(2, 7))):
        role = draw(st.sampled_from([R.PROFESSIONAL_SUB, R.LABOUR_SUB])) if nodes else R.GENERAL_CONTRACTOR
        above = [node.number for node in nodes if node.role is not R.LABOUR_SUB]
        parent = draw(st.sampled_from(above)) if nodes else None
        nodes.append(Node(number, role, parent, tuple(draw(st.lists(st.integers(0, 7), max_size=2)))))
    return [*nodes, Node(len(nodes) + 1, R.OWNER, None, ())]


class Tree:
    """A drawn tree in the store, and the oracle."""

    def __init__(self, session: Session, nodes: list[Node]) -> None:
        self.nodes = {node.number: node for node in nodes}
        self.workers: list[tuple[int, Node, int]] = []
        """Assignment id, whose worker, steps accepted."""
        self.project = Project(
            reg_no="tree", name="树", state=ProjectState.IN_PROGRESS, card_key_sealed=b"", created_at=AT, completion_planned=None
        )
        session.add(self.project)
        session.flush()
        self.company: dict[int, int] = {}
        self.part: dict[int, int] = {}
        for node in nodes:
            self._add(session, node)
        for node in nodes:
            for steps in node.accepted:
                self._worker(session, node, min(steps, len(self.path(node))))

    def path(self, node: Node) -> list[int]:
        """By hand: who has to accept a worker of this node, nearest first; a subcontractor's own superior, and so on up to the root."""
        if node.parent is None:
            return [node.number]
        up: int | None = node.parent
        found: list[int] = []
        while up is not None:
            found.append(up)
            up = self.nodes[up].parent
        return found

    def sees(self, viewer: int, worker: tuple[int, Node, int]) -> bool:
        """By hand: an employer its own, a superior once everybody between has accepted, nobody else."""
        _, node, steps = worker
        path = self.path(node)
        return viewer == node.number or (viewer in path and steps >= path.index(viewer))

    def hint(self, viewer: int, worker: tuple[int, Node, int]) -> bool:
        """By hand: a superior whose turn has not come may know that it waits, and for whom."""
        return viewer in self.path(worker[1]) and not self.sees(viewer, worker)

    def _add(self, session: Session, node: Node) -> None:
        company = Company(uscc=f"{node.number:018d}", name=f"公司{node.number}", created_at=AT)
        session.add(company)
        session.flush()
        level = len(self.path(node)) if node.parent is not None else 0
        parent = self.part.get(node.parent) if node.parent is not None else None
        part = Participant(project_id=self.project.id, company_id=company.id, role=node.role, parent_id=parent, level=level, created_at=AT)
        session.add(part)
        session.flush()
        self.company[node.number], self.part[node.number] = company.id, part.id

    def _worker(self, session: Session, node: Node, steps: int) -> None:
        serial = len(self.workers) + 1
        person = {"name": f"张{serial}", "id_masked": f"***{serial:04d}", "identity_source": "chip", "id_type": "01"}
        known = {"identity_state": IdentityState.VERIFIED, "category": Category.WORKER, "created_at": AT}
        worker = Worker(id_sealed=b"", id_index=str(serial).encode(), **known, **person)
        session.add(worker)
        session.flush()
        contract = {"contract_type": "fixed_term", "contract_start": AT.date(), "contract_end": AT.date() + dt.timedelta(days=9)}
        employment = Employment(
            worker_id=worker.id,
            employer_id=self.company[node.number],
            employment_form=EmploymentForm.NON_TEMPORARY,
            state=EmploymentState.ACTIVE,
            created_at=AT,
            **contract,
        )
        session.add_all([employment, WorkerTerm(term=f"n张{serial}", worker_id=worker.id)])
        session.flush()
        path = self.path(node)
        state = AssignmentState.ASSIGNED if steps == 0 else AssignmentState.ACCEPTED_BY_SUB
        row = Assignment(
            worker_id=worker.id,
            employment_id=employment.id,
            employer_id=self.company[node.number],
            project_id=self.project.id,
            participant_id=self.part[node.number],
            main_trade="020",
            person=f"person{serial}",
            accepted_steps=steps,
            state=AssignmentState.CONFIRMED if steps == len(path) else state,
            entry_time=AT if steps == len(path) else None,
            waiting_for_id=self.part[path[steps]] if steps < len(path) else None,
            created_at=AT,
        )
        session.add(row)
        session.flush()
        self.workers.append((row.id, node, steps))


class _UndoneError(Exception):
    """What was written for one example goes again."""


def check(database: Database, nodes: list[Node], look: Callable[[Session, Tree, int, Access], None]) -> None:
    """Every company of the tree looks, by its enterprise account and by its project account."""
    with pytest.raises(_UndoneError), database.writing() as session:
        tree = Tree(session, nodes)
        for viewer, company in tree.company.items():
            for access in (Access("e", Role.EMPLOYER, company), Access("c", Role.CONTRACTOR, company, tree.project.id)):
                look(session, tree, viewer, access)
        raise _UndoneError


def looked_at(session: Session, tree: Tree, viewer: int, access: Access) -> None:
    """Lists, pages, counts, search and direct ids say the same as the oracle."""
    project = tree.project.id
    wanted = [worker[0] for worker in tree.workers if tree.sees(viewer, worker)]
    assert [v.assignment.id for v in entry.people_on_project(session, access, project, after=0, limit=50)] == wanted
    page = people_list.of_project(session, access, project, PeopleQuery())
    assert [view.assignment.id for view in page.lines] == wanted
    assert page.total == page.matching == len(wanted)
    assert sum(entry.heads(session, access, project).values()) == len(wanted)
    assert sum(count for _, count in page.waiting) == sum(tree.hint(viewer, worker) for worker in tree.workers)
    found = people_list.of_project(session, access, project, PeopleQuery(q="张"))
    assert [view.assignment.id for view in found.lines] == wanted
    for worker in tree.workers:
        if tree.sees(viewer, worker):
            assert entry.seen(session, access, worker[0]).assignment.id == worker[0]
            continue
        with pytest.raises(Problem) as hidden:
            entry.seen(session, access, worker[0])
        assert hidden.value.status == 404
        assert hidden.value.code == ("NOT_VISIBLE_YET" if tree.hint(viewer, worker) else "NOT_FOUND")


@pytest.mark.rule("A-45")
def test_in_random_trees_nobody_sees_what_is_hidden_and_everybody_what_is_granted(centre: Centre) -> None:
    @settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
    @given(trees())
    def holds(nodes: list[Node]) -> None:
        check(centre.database, nodes, looked_at)

    holds()


@pytest.mark.rule("A-45")
@pytest.mark.rule("A-33")
@pytest.mark.rule("A-46")
def test_the_workbook_holds_whom_the_list_shows_and_says_whose_they_are(story: Story, client: httpx.Client) -> None:
    shown, hidden = story.assigned(), story.assigned(story.employer(story.second.company_id))
    path = f"/api/v1/projects/{shown.project_id}/people/export.xlsx"
    answer = client.get(path, headers=story.token(story.office()))
    [head, *rows] = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0].iter_rows(values_only=True)
    assert [row[0] for row in rows] == [shown.id] != [hidden.id]
    told = dict(zip(head, rows[0], strict=True))
    assert (told["用人单位"], told["用工单位"], told["层级"]) == ("浦江建筑劳务有限公司", "申建总承包有限公司", 1)
    assert told["项目"] == "〔报建〕浦东图书馆改扩建工程"
    assert "*" in str(told["证件号码"])
    assert client.get(path, headers=story.token(story.office(story.neighbour))).status_code == 404


@pytest.mark.rule("A-47")
def test_an_empty_list_says_why(story: Story, client: httpx.Client) -> None:
    def why(access: Access, project: Project) -> str | None:
        answer = client.get(f"/api/v1/projects/{project.id}/headcount", headers=story.token(access)).json()
        return str(answer["why_empty"]["code"]) if "why_empty" in answer else None

    project = story.site.project
    assert why(story.office(), project) == "EMPTY_NOBODY"
    story.assigned(story.employer(story.second.company_id))
    assert why(story.office(), project) == "EMPTY_WAITING"
    assert why(story.employer(story.site.labour), project) == "EMPTY_WRONG_ACCOUNT"
    assert why(story.sub_office(story.pro), project) is None
    other = story.project("第二个项目")
    story.takes_part(story.site.gc, R.GENERAL_CONTRACTOR, project=other)
    assert why(story.employer(story.site.gc), other) == "EMPTY_WRONG_PROJECT"
