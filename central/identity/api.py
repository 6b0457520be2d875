"""Routes for tokens, accounts and kiosk operators."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response
from sqlalchemy.orm import Session

from central.call import Caller, RowId
from central.devices.roster_changes import note_header_change
from central.identity import service
from central.identity.schemas import AccountIn, AccountOut, OperatorIn, OperatorOut, TokenIn, TokenOut
from central.problems import RESPONSES
from central.projects import service as projects

router = APIRouter(prefix="/api/v1", tags=["身份 identity"], responses=RESPONSES)


@router.post("/tokens", status_code=201, response_model=TokenOut, summary="签发接口令牌 / issue an API token")
def issue_token(call: Caller, body: TokenIn) -> Response:
    """系统管理员签发；令牌明文只在此返回一次。"""

    def deed(session: Session) -> TokenOut:
        projects.require_known(session, body.company_id, body.project_id)
        token, clear = service.issue_token(
            session,
            call.centre.clock,
            call.access,
            name=body.name,
            role=body.role,
            company_id=body.company_id,
            project_id=body.project_id,
            expires_at=body.expires_at,
        )
        return TokenOut.model_validate(token).model_copy(update={"token": clear})

    return call.write(body, deed, 201)


@router.delete("/tokens/{token_id}", response_model=TokenOut, summary="吊销接口令牌 / revoke an API token")
def revoke_token(call: Caller, token_id: RowId) -> Response:
    """立即失效；重复吊销不改变任何内容。"""
    return call.write(
        None, lambda session: TokenOut.model_validate(service.revoke_token(session, call.centre.clock, call.access, token_id))
    )


@router.post("/accounts", status_code=201, response_model=AccountOut, summary="开设门户账号 / create a portal account")
def create_account(call: Caller, body: AccountIn) -> Response:
    """系统管理员开设企业、项目、监管或管理账号。"""

    def deed(session: Session) -> AccountOut:
        projects.require_known(session, body.company_id, body.project_id)
        account = service.create_account(
            session,
            call.centre.clock,
            call.access,
            username=body.username,
            password=body.password,
            display_name=body.display_name,
            role=body.role,
            company_id=body.company_id,
            project_id=body.project_id,
        )
        return AccountOut.model_validate(account)

    return call.write(body, deed, 201)


@router.post(
    "/projects/{project_id}/operators", status_code=201, response_model=OperatorOut, summary="登记登记亭操作员 / add a kiosk operator"
)
def add_operator(call: Caller, project_id: RowId, body: OperatorIn) -> Response:
    """A-60：登记亭和闸机属于总承包单位，操作员由其登记。PIN 随名单下发到本项目设备，离线可用。"""

    def deed(session: Session) -> OperatorOut:
        projects.require_general_contractor(session, call.access, project_id)
        operator = service.add_operator(session, call.centre.clock, call.access, project_id, name=body.name, pin=body.pin)
        note_header_change(session, project_id)
        return OperatorOut.model_validate(operator)

    return call.write(body, deed, 201)
