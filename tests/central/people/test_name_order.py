"""Names of people stand by pinyin, a surname by its own reading, on both databases, page by page and in the workbook (A-32, A-33)."""

from __future__ import annotations

import random
import re

import httpx
import pytest
from sqlalchemy import event, select

from central.people import search
from central.people.model import Employment, IdentityState, Worker
from central.people.name_order import LONGEST, order_of
from central.people.search import WorkerQuery
from tests.central.builders import Story

API = "/api/v1"

BY_PINYIN = (
    *(
        "安国庆",
        "卜大勇",
        "John Smith",
        "Johnson Ay",
        "黎明",
        "李安",
        "李二牛",
        "吕布",
        "区志明",
        "朴正浩",
        "仇英",
        "单雄信",
        "王伟",
        "王玮",
    ),
    *("解晓东", "谢霆", "尉迟恭", "曾国藩", "查良镛", "张三", "张三丰", "𠮷田"),
)


@pytest.mark.parametrize("seed", range(5))
def test_people_stand_as_a_chinese_reader_looks_them_up(seed: int) -> None:
    mixed = random.Random(seed).sample(BY_PINYIN, len(BY_PINYIN))
    assert sorted(mixed) != list(BY_PINYIN), "by code point they would stand elsewhere"
    assert tuple(sorted(mixed, key=order_of)) == BY_PINYIN


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("单雄信", "shan4单xiong2雄xin4信"),
        ("陈单", "chen2陈dan1单"),
        ("尉迟恭", "yu4尉chi2迟gong1恭"),
        ("阿卜杜·热合曼", "a1阿bo5卜du4杜re4热he2合man4曼"),
        (" Mary  Ann", "mary ann"),
        ("", ""),
    ],
)
def test_a_key_is_the_readings_and_the_characters_in_turn(name: str, key: str) -> None:
    assert order_of(name) == key


def test_the_longest_name_still_has_a_key_that_fits_its_column() -> None:
    assert len(order_of("庄" * 100)) == len(order_of("w" * 200)) == LONGEST


@pytest.mark.rule("A-32")
@pytest.mark.rule("A-33")
def test_workers_are_listed_and_written_out_by_pinyin(story: Story, client: httpx.Client) -> None:
    labour = story.employer(story.site.labour)
    for name in random.Random(3).sample(BY_PINYIN, len(BY_PINYIN)):
        story.worker(labour, name=name)
    headers, shown = story.token(labour), list[str]()
    asked: dict[str, str | int] | None = {"sort": "name", "limit": 5}
    while asked is not None:
        page = client.get(f"{API}/workers", params=asked, headers=headers).json()
        shown += [row["name"] for row in page["items"]]
        asked = asked | {"cursor": page["next_cursor"]} if page["next_cursor"] else None
    assert tuple(shown) == BY_PINYIN
    with story.centre.database.reading() as session:
        back = search.find(session, story.centre.secrets, labour, WorkerQuery(sort="-name"), after=0, limit=99)
        assert tuple(row.worker.name for row in reversed(back)) == BY_PINYIN
        whole = search.all_of(session, story.centre.secrets, labour, WorkerQuery(sort="name"))
        assert tuple(row.worker.name for row in whole) == BY_PINYIN, "the export"


def test_a_corrected_name_moves_to_its_place(story: Story) -> None:
    worker = story.worker(story.employer(story.site.labour), name="张三").worker
    with story.centre.database.writing() as session:
        kept = session.get_one(Worker, worker.id)
        kept.identity_state, kept.name = IdentityState.PENDING, "曾三"
    with story.centre.database.reading() as session:
        assert session.scalar(select(Worker.name_order)) == "zeng1曾san1三"


@pytest.mark.parametrize("sort", ["name", "-name"])
def test_a_long_list_by_name_can_be_read_along_its_index_without_sorting_everybody(story: Story, sort: str) -> None:
    labour = story.employer(story.site.labour)
    middle = [story.worker(labour, name=name) for name in BY_PINYIN[:3]][1].worker
    engine, asked = story.centre.database.engine, []
    event.listen(engine, "before_cursor_execute", lambda *given: asked.append((given[2], given[3])))
    with story.centre.database.reading() as session:
        row = session.scalars(select(Employment.id).where(Employment.worker_id == middle.id)).one()
        search.find(session, story.centre.secrets, story.authority, WorkerQuery(sort=sort), after=row, limit=50, few=0)
    statement, given = next((text, values) for text, values in asked if "ORDER BY workers.name_order" in text)
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":  # of three workers it would read the whole table
            for way in ("seqscan", "sort", "bitmapscan"):
                connection.exec_driver_sql(f"SET LOCAL enable_{way} = off")
        plan = connection.exec_driver_sql(f"EXPLAIN {'QUERY PLAN ' * (engine.dialect.name == 'sqlite')}{statement}", given).all()
    told = " ".join(str(line) for line in plan)
    assert "ix_workers_name_order" in told
    assert not re.search(r"(?<!Incremental )Sort  \(|USE TEMP B-TREE FOR ORDER BY", told), "at most the ids of equals are sorted"
