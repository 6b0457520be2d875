"""The two ledgers of old (二本台账): nobody uploads them; what they said follows from what the centre holds."""

from __future__ import annotations

import pytest

from central.app import openapi
from central.settings import CentralSettings

PATHS = openapi(CentralSettings())["paths"]


@pytest.mark.rule("A-59")
def test_no_ledger_is_uploaded_and_the_wage_sheet_is_derived() -> None:
    uploads = [path for path, item in PATHS.items() for method, one in item.items() if method != "get" and "台账" in one.get("summary", "")]
    assert uploads == []
    assert [path for path in PATHS if "ledger" in path.lower()] == []
    assert set(PATHS["/api/v1/projects/{project_id}/months/{month}/wages"]) == {"get"}
