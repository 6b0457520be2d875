"""A workbook of many workers, as an employer would send it, and how long until all of them are registered."""

from __future__ import annotations

import time
from collections.abc import Callable
from tempfile import SpooledTemporaryFile
from typing import Final

import httpx

from central.exchange.fields import FIELDS, SHEET
from central.exchange.workbook import Column, workbook
from gongmen.bench.registry_data import name_of, resident_number

_BEYOND: Final = 5_000_000
"""The imported people's numbers begin after all that were loaded."""
_LONGEST_S: Final = 900.0


def run(base: str, token: str, count: int) -> float:
    """Sends the workbook, waits for the preview, confirms, waits for the end; the seconds in all. `RuntimeError` if a row was refused."""
    file = book(count)
    with httpx.Client(base_url=base, headers={"Authorization": f"Bearer {token}"}, timeout=120) as client:
        begun = time.perf_counter()
        taken = client.post("/api/v1/imports", files={"file": ("workers.xlsx", file.read())})
        if taken.status_code != 202:
            raise RuntimeError(f"the import was refused: {taken.text[:300]}")
        path = f"/api/v1/imports/{taken.json()['id']}"
        _until(client, path, "ready")
        client.post(f"{path}/confirmation").raise_for_status()
        done = _until(client, path, "done")
        seconds = time.perf_counter() - begun
    if done["done"] != count:
        raise RuntimeError(f"registered {done['done']} of {count}: {done}")
    return seconds


def book(count: int) -> SpooledTemporaryFile[bytes]:
    """The filled-in template."""
    rows = (_row(n) for n in range(count))
    columns: list[Column[dict[str, str]]] = [Column(one.title, _of(one.name), text=True) for one in FIELDS]
    return workbook(rows, columns, SHEET)


def _of(name: str) -> Callable[[dict[str, str]], str]:
    return lambda row: row.get(name, "")


def _row(n: int) -> dict[str, str]:
    contract = {"contract_start": "2026-03-01", "contract_end": "2027-12-31", "employment_form": "非临时工"}
    pay = {"wage_type": "月基本工资加绩效", "bank_code": "中国工商银行", "basic_wage": "6000", "probation_wage": "5000"}
    performance = {"performance_payments": "3", "performance_dates": "2026-09-01,2027-02-01,2027-09-01"}
    number = resident_number(_BEYOND + n)
    person = {"name": name_of(n), "id_number": number, "phone": f"139{n:08d}", "card_number": f"6222020200{n:09d}", "main_trade": "钢筋工"}
    return {**person, **contract, **pay, **performance}


def _until(client: httpx.Client, path: str, state: str) -> dict[str, object]:
    deadline = time.monotonic() + _LONGEST_S
    while True:
        told: dict[str, object] = client.get(path).json()
        if told["state"] == state:
            return told
        if told["state"] not in ("checking", "ready", "committing") or time.monotonic() > deadline:
            raise RuntimeError(f"the import stands still: {told}")
        time.sleep(0.5)
