"""The centre's web application: the API under `/api/v1`, the portal, the health page; every error a problem with a request id."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Any, Final

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from sqlalchemy import text

from central import jobs, problems, web
from central.anomalies import api as anomalies
from central.attendance import api as attendance
from central.centre import Centre
from central.devices import api as devices
from central.entry import api as entry
from central.evidence import api as evidence
from central.examples import with_examples
from central.exchange import api as exchange
from central.history import api as history
from central.identity import api as identity
from central.identity import trail_api as trail
from central.job_list import JOBS
from central.messaging import api as boxes_talk
from central.messaging import process as messaging
from central.people import api as people
from central.platform import api as platform
from central.projects import api as projects
from central.requests import RequestIds
from central.schemas import storable_query
from central.settings import CentralSettings
from central.verification import api as verification

_TITLE: Final = "工门 Gongmen"
_VERSION: Final = "1"
_ABOUT: Final = """工门中心接口：人员、项目、进场、考勤、设备。

* 认证：`Authorization: Bearer <令牌>`。
* 写操作可带 `Idempotency-Key`，重发得到同一结果。`/readers/pair`、`/boxes/provision`、`/boxes/{id}/renewal` 除外：
  设备此时没有令牌。盒子以同样的密钥可凭认领码再领一次；读卡器的配对码只用一次，答复丢失须另取一码；换证以盒子的签名为凭，未到期不换第二次。
* 列表以 `cursor` 翻页；修改以 `If-Match` 或 `version` 防止覆盖。
* 错误一律为 `application/problem+json`（RFC 9457），`code` 稳定，`detail` 中文、`detail_en` 英文，并附请求编号和求助途径。
"""


class _Documented(FastAPI):
    def openapi(self) -> dict[str, Any]:
        return with_examples(problems.documented(super().openapi()))


def create_app(settings: CentralSettings, centre: Centre | None = None) -> FastAPI:
    """The application over an opened centre, or over one opened from `settings`. The store must be migrated (`central.migrations`).

    Over a centre opened here the application's lifespan also runs the centre's jobs and the messaging with the boxes, if the settings
    want it, and closes the centre. Whoever passes a centre does both.
    """
    the_centre = centre or Centre.open(settings)

    @contextlib.asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        talk = messaging.start(the_centre) if centre is None and settings.mqtt_enabled else None
        work = jobs.start(the_centre, JOBS) if centre is None else None
        yield
        if work is not None:
            await run_in_threadpool(work.stop)
        if talk is not None:
            await run_in_threadpool(talk.stop)
        if centre is None:
            the_centre.close()

    app = _Documented(
        title=_TITLE,
        version=_VERSION,
        description=_ABOUT,
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        dependencies=[Depends(storable_query)],
    )
    app.state.centre = the_centre
    problems.install(app, settings)
    _add_routes(app)
    web.mount(app, the_centre)
    app.add_middleware(RequestIds, handlers=app.exception_handlers)
    return app


def openapi(settings: CentralSettings) -> dict[str, Any]:
    """The API document; opens no store and needs no keys."""
    app = _Documented(title=_TITLE, version=_VERSION, description=_ABOUT, servers=[{"url": settings.public_url}])
    _add_routes(app)
    return app.openapi()


def _add_routes(app: FastAPI) -> None:
    for slice_ in (
        identity,
        trail,
        projects,
        people,
        entry,
        history,
        devices,
        attendance,
        boxes_talk,
        verification,
        evidence,
        exchange,
        platform,
        anomalies,
    ):
        app.include_router(slice_.router)
    app.include_router(_health())


def _health() -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.get("/healthz")
    def healthz(request: Request) -> dict[str, Any]:
        """Whether the store answers, and how the centre's jobs fared last (A-64)."""
        with request.app.state.centre.database.reading() as session:
            session.execute(text("SELECT 1"))
            ran = {row.name: {"succeeded_at": row.succeeded_at, "error": row.last_error} for row in jobs.last_runs(session)}
        return {"state": "ok"} | ({"jobs": ran} if ran else {})

    return router
