"""The pages of anomalies: an office's own, and supervision's way down to each case."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from sqlalchemy import update

from central.centre import Centre
from central.devices.model import Box, BoxState
from central.messaging.model import Incident
from central.people.model import Employment
from central.projects.model import Project, ProjectState
from tests.central.web.day import Day, opened


@pytest.fixture
def day(centre: Centre) -> Day:
    made = opened(centre)
    where = {"project_id": made.site.project.id, "name": "1 号门", "lane": "1-东", "direction": "01"}
    now = centre.clock.now()
    with centre.database.writing() as session:
        session.execute(update(Project).where(Project.id == made.site.project.id).values(state=ProjectState.IN_PROGRESS))
        session.add(Box(id="b-aaaaaaaa", state=BoxState.ACTIVE, online=True, last_seen_at=now, created_at=now, **where))
    return made


def told(day: Day, code: str, times: int = 1, hours: int = 1) -> None:
    with day.centre.database.writing() as session:
        for n in range(times):
            at = day.centre.clock.now() - dt.timedelta(hours=hours, seconds=n)
            session.add(Incident(box_id="b-aaaaaaaa", epoch=code, seq=n, at=at, code=code, detail="", raised_by="box"))


@pytest.mark.rule("A-60")
def test_the_office_sees_each_kind_with_what_to_do_and_goes_where_it_is_dealt_with(day: Day) -> None:
    here = f"/projects/{day.site.project.id}"
    office = day.browser("office")
    page = office.get(f"{here}/anomalies").text
    assert "没有需要处理的异常" in page
    assignment = day.confirmed()
    told(day, "TAMPER", times=7)
    with day.centre.database.writing() as session:
        session.execute(update(Employment).values(contract_end=day.centre.clock.now().date() - dt.timedelta(days=2)))
    page = office.get(f"{here}/anomalies").text
    assert re.findall(r'data-kind="(\w+)"', page) == ["contract_over", "box_told"]
    assert f'href="{here}/people/{assignment.id}"' in page and "请用人单位续签或登记离职" in page
    assert "查看全部 7 条" in page and "闸机箱门被打开" in page
    one = office.get(f"{here}/anomalies?state=box_told").text
    assert one.count("data-row=") == 7 and f'href="{here}/gates"' in one
    assert f"{here}/anomalies" in page, "it stands in the navigation"
    assert day.browser("pro-office").get(f"{here}/anomalies").status_code == 403
    assert day.browser("neighbour").get(f"{here}/anomalies").status_code == 404


def test_supervision_sees_how_much_there_is_on_each_project_and_goes_down_to_it(day: Day) -> None:
    told(day, "CLONE_ALARM", hours=72)
    authority = day.browser("authority")
    page = authority.get("/supervision/anomalies").text
    here = f"/projects/{day.site.project.id}/anomalies"
    assert f'href="{here}?state=box_told"' in page
    assert "有另一台设备冒用同一身份" in authority.get(f"{here}?state=box_told").text
    assert f'href="{here}?state=box_told' not in authority.get("/supervision/anomalies?days=1").text
    assert day.browser("office").get("/supervision/anomalies").status_code == 403
