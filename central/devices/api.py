"""Routes of boxes."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from central.call import Caller, RowId
from central.centre import Centre
from central.devices import service
from central.devices.certificates import CertificateAuthority
from central.devices.schemas import BoxIn, BoxOut, BoxPage, BrokerOut, ClaimedOut, ProvisionIn, ProvisionOut, RenewalIn, RenewalOut
from central.errors import Problem
from central.paging import Limit
from central.problems import RESPONSES

router = APIRouter(prefix="/api/v1", tags=["devices"], responses=RESPONSES)


@router.post("/projects/{project_id}/boxes", status_code=201, response_model=ClaimedOut, summary="领用盒子 / claim a box")
def claim(caller: Caller, project_id: RowId, body: BoxIn) -> Response:
    """A-60: the general contractor puts a box at a lane; the answer holds the single-use claim code to be typed in at the box."""

    def deed(session: Session) -> ClaimedOut:
        box, code = service.claim(
            session, caller.centre.clock, caller.access, project_id, name=body.name, lane=body.lane, direction=body.direction
        )
        assert box.claim_expires_at is not None  # noqa: S101
        return ClaimedOut(box=BoxOut.of(box), claim_code=code, claim_expires_at=box.claim_expires_at)

    return caller.write(body, deed, 201)


@router.get("/boxes", response_model=BoxPage, summary="盒子列表 / the boxes")
def boxes(caller: Caller, cursor: Annotated[str, Query(pattern=r"^(b-[a-z0-9]{1,14})?$")] = "", limit: Limit = 50) -> BoxPage:
    """The boxes of one's own projects, with what they last said; an authority sees all."""
    with caller.reading() as session:
        found = service.boxes(session, caller.access, cursor, limit)
        more = found[limit - 1].id if len(found) > limit else None
        return BoxPage(items=[BoxOut.of(box) for box in found[:limit]], next_cursor=more)


@router.post("/boxes/{box_id}/revocation", response_model=BoxOut, summary="吊销盒子 / revoke a box")
def revoke(caller: Caller, box_id: Annotated[str, Path(pattern=r"^b-[a-z0-9]{1,14}$")]) -> Response:
    """Nothing that this box says counts from now on."""
    return caller.write(None, lambda session: BoxOut.of(service.revoke(session, caller.centre.clock, caller.access, box_id)))


@router.post(
    "/boxes/provision", status_code=201, response_model=ProvisionOut, summary="盒子凭领用码开通 / provision a box by its claim code"
)
def provision(request: Request, body: ProvisionIn) -> ProvisionOut:
    """Open to anybody who holds a claim code: it works once, for an hour, and wrong ones are counted by address."""
    centre: Centre = request.app.state.centre
    address = f"claim:{request.client.host if request.client else ''}"
    centre.failures.check(address)
    authority = CertificateAuthority.load_or_create(centre.settings.home / "secrets" / "ca", centre.clock.now())
    asked = service.Request(body.claim_code, body.signing_request, body.verify_key, body.sealing_key)
    try:
        with centre.database.writing() as session:
            return _provisioned(centre, authority, service.provision(session, centre.clock, authority, asked))
    except Problem as problem:
        if problem.code == "CLAIM_CODE_INVALID":
            centre.failures.failed(address)
        raise


@router.post("/boxes/{box_id}/renewal", status_code=201, response_model=RenewalOut, summary="盒子更新证书 / renew a box's certificate")
def renew(request: Request, box_id: Annotated[str, Path(pattern=r"^b-[a-z0-9]{1,14}$")], body: RenewalIn) -> RenewalOut:
    """Asked by the box itself from two thirds of the certificate's life on, signed with its own key; wrong ones are counted by address."""
    centre: Centre = request.app.state.centre
    address = f"renewal:{request.client.host if request.client else ''}"
    centre.failures.check(address)
    authority = CertificateAuthority.load_or_create(centre.settings.home / "secrets" / "ca", centre.clock.now())
    try:
        with centre.database.writing() as session:
            asked = {"signing_request": body.signing_request, "signature": body.signature}
            issued = service.renew(session, centre.clock, authority, box_id, **asked)
    except Problem as problem:
        if problem.code == "RENEWAL_REFUSED":
            centre.failures.failed(address)
        raise
    return RenewalOut(certificate=issued.certificate.decode(), certificate_expires_at=issued.expires_at)


def _provisioned(centre: Centre, authority: CertificateAuthority, done: service.Provisioned) -> ProvisionOut:
    settings = centre.settings
    return ProvisionOut(
        box=done.box.id,
        project_id=done.project.id,
        project_reg_no=done.project.reg_no,
        project_name=done.project.name,
        lane=done.box.lane,
        direction=done.box.direction,
        certificate=done.certificate.certificate.decode(),
        certificate_expires_at=done.certificate.expires_at,
        ca=authority.certificate.decode(),
        centre_key=centre.secrets.verify_key.hex(),
        mqtt=BrokerOut(
            host=settings.mqtt_public_host or settings.mqtt_host,
            port=settings.mqtt_public_port or settings.mqtt_port,
            tls=settings.mqtt_tls,
        ),
    )
