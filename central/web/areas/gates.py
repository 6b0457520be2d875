"""门禁设备: a project's boxes: their health, a new one's claim code, the end of one (A-60)."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from central.access import Access, Function, Role
from central.call import RowId
from central.devices import gates, service
from central.errors import Problem
from central.projects.service import visible_project
from central.web.areas import Area, Entry, needs
from central.web.forms import Field, Form, Form_, Section
from central.web.listing import Listing
from central.web.pages import Portal, redirect, signed_in, texts_of, told
from central.web.texts import Texts
from edge.sync import wire

BoxId = Annotated[str, Path(pattern=r"^b-[a-z0-9]{1,14}$")]
WAYS: Final = {"01": "in", "02": "out"}


def router(portal: Portal) -> APIRouter:
    """The pages of this module."""
    pages = APIRouter(include_in_schema=False)

    def page(
        request: Request, project_id: int, form: Form | None = None, status: int = 200, claimed: tuple[str, str] = ("", "")
    ) -> Response:
        access, t = signed_in(request), texts_of(request)
        with portal.database.reading() as session:
            project = visible_project(session, access, project_id)
            boxes = gates.of_project(session, access, project_id)
        may_manage = access.may(Function.MANAGE_GATES)
        values = {"project": project, "boxes": boxes, "code": claimed[1], "name": claimed[0], "may_manage": may_manage}
        values |= {"listing": Listing.read(f"/projects/{project_id}/gates", {}, (), ()), "may_export": access.may(Function.EXPORT)}
        return portal.page(request, "gates.html", {"form": form or _form(t, project_id), **values}, status)

    @pages.get("/projects/{project_id}/gates")
    def of_project(request: Request, project_id: RowId) -> Response:
        return page(request, project_id)

    @pages.post("/projects/{project_id}/gates")
    def claim(request: Request, project_id: RowId, sent: Form_) -> Response:
        """The claim code is shown on the answer itself, once, and stands in no address."""
        codes: list[str] = []

        def deed(session: Session, access: Access) -> str:
            name, lane, way = sent.get("box_name")[:100], sent.get("lane")[:32], sent.get("direction")
            for field, given in (("box_name", name), ("lane", lane), ("direction", way)):
                if not given:
                    raise Problem("FIELD_MISSING", 422, field)
            direction = wire.Direction(way if way in WAYS else "01")
            _, code = service.claim(session, portal.clock, access, project_id, name=name, lane=lane, direction=direction)
            codes.append(code)
            return f"/projects/{project_id}/gates"

        try:
            where = portal.write(request, sent, deed)
        except Problem as problem:
            if problem.status in (401, 403, 404):
                raise
            t = texts_of(request)
            return page(request, project_id, _form(t, project_id).after(sent).refused(problem, t), problem.status)
        return page(request, project_id, claimed=(sent.get("box_name"), codes[0])) if codes else redirect(request, where)

    @pages.post("/projects/{project_id}/gates/{box_id}/revoke")
    def revoke(request: Request, project_id: RowId, box_id: BoxId, sent: Form_) -> Response:
        def deed(session: Session, access: Access) -> str:
            service.revoke(session, portal.clock, access, box_id)
            return told(f"/projects/{project_id}/gates", "box_revoked")

        return redirect(request, portal.write(request, sent, deed))

    return pages


def _form(t: Texts, project_id: int) -> Form:
    ways = [(code, t(f"lane_{word}")) for code, word in WAYS.items()]
    fields = (Field("box_name", required=True), Field("lane", required=True, limit=32), Field("direction", "radio", options=ways))
    return Form(
        f"gate-{project_id}", f"/projects/{project_id}/gates", (Section("gate", fields),), submit="claim", values={"direction": "01"}
    )


AREA: Final = Area(
    router=router,
    entries=(
        Entry("gates", (Role.CONTRACTOR,), "/projects/{project}/gates", "door", 70, shown=needs(Function.VIEW_DEVICES), general=True),
    ),
)
