"""Routes for tokens, accounts, delegations, certificates and kiosk operators."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response
from sqlalchemy.orm import Session

from central import paging
from central.access import Role
from central.call import Caller, RowId
from central.devices.roster_changes import note_header_change
from central.identity import account_list, certificates, delegation_list, delegations, second_factor, service, tokens
from central.identity.model import Account, ApiToken, Certificate, Delegation
from central.identity.rules import unpacked
from central.identity.schemas import (
    AccountIn,
    AccountOut,
    CertificateOut,
    DelegationIn,
    DelegationOut,
    GrantIn,
    OperatorIn,
    OperatorOut,
    ResetIn,
    TokenIn,
    TokenOut,
)
from central.paging import Cursor, Limit, Page
from central.problems import RESPONSES
from central.projects import service as projects
from central.schemas import Search

router = APIRouter(prefix="/api/v1", tags=["身份 identity"], responses=RESPONSES)


@router.post("/tokens", status_code=201, response_model=TokenOut, summary="签发接口令牌 / issue an API token")
def issue_token(call: Caller, body: TokenIn) -> Response:
    """安全管理员签发，或本单位、本项目部在自身权限内签发；企业的令牌由企业用证书自行签发（A-04）。令牌明文只在此返回一次。"""

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
            functions=body.functions,
            expires_at=body.expires_at,
            enterprise_passwords=call.centre.settings.enterprise_passwords,
        )
        return _token(token).model_copy(update={"token": clear})

    return call.write(body, deed, 201)


@router.get("/tokens", summary="接口令牌列表 / tokens")
def list_tokens(
    call: Caller, sort: Annotated[str, paging.sorted_by(tokens.ORDER.columns)] = "", cursor: Cursor = None, limit: Limit = 50
) -> Page[TokenOut]:
    """本人可管理的令牌，含已吊销的；不含令牌明文。"""
    with call.reading() as session:
        rows = service.page_of_tokens(session, call.access, paging.after(cursor), limit, sort)
        return paging.page(rows, limit, lambda row: row.id, _token)


@router.delete("/tokens/{token_id}", response_model=TokenOut, summary="吊销接口令牌 / revoke an API token")
def revoke_token(call: Caller, token_id: RowId) -> Response:
    """立即失效；重复吊销不改变任何内容。"""
    return call.write(None, lambda session: _token(service.revoke_token(session, call.centre.clock, call.access, token_id)))


@router.post("/accounts", status_code=201, response_model=AccountOut, summary="开设门户账号 / create a portal account")
def create_account(call: Caller, body: AccountIn) -> Response:
    """安全管理员开设各类账号；项目经理可为本项目部开设成员和劳务员账号（A-06）。企业用证书登录，不开账号（A-04）。

    密码一律是临时的：本人首次登录时先换成自己的，管理员还须启用动态口令，之后才能办理其他事项。"""

    def deed(session: Session) -> AccountOut:
        projects.require_known(session, body.company_id, body.project_id)
        account = service.create_account(
            session,
            call.centre.clock,
            call.centre.passwords,
            call.access,
            username=body.username,
            password=body.password,
            display_name=body.display_name,
            role=body.role,
            company_id=body.company_id,
            project_id=body.project_id,
            position=body.position,
            enterprise_passwords=call.centre.settings.enterprise_passwords,
        )
        return _account(account)

    return call.write(body, deed, 201)


@router.get("/accounts", summary="账号列表 / accounts")
def list_accounts(
    *,
    call: Caller,
    q: Annotated[Search, Query(description="用户名、姓名、单位 / user name, name or company")] = "",
    role: Role | None = None,
    sort: Annotated[str, paging.sorted_by(account_list.ORDER.columns)] = "",
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[AccountOut]:
    """安全管理员看全部；项目经理看本项目部；系统和审计管理员看待本人同意的管理员账号。"""
    with call.reading() as session:
        after = paging.after(cursor)
        rows = account_list.page_of_accounts(session, call.access, q=q, role=role, after=after, limit=limit, sort=sort)
        return paging.page(rows, limit, lambda row: row.account.id, lambda row: _account(row.account))


@router.post("/accounts/{account_id}/reset", response_model=AccountOut, summary="重置密码 / give a temporary password")
def reset_account(call: Caller, account_id: RowId, body: ResetIn) -> Response:
    """安全管理员重置：给出一次性显示的临时密码，解除锁定，结束该账号的全部会话。管理员账号随即停用，待另一位管理员启用。"""

    def deed(session: Session) -> AccountOut:
        account, clear = service.reset_account(
            session, call.centre.clock, call.centre.passwords, call.access, account_id, second_factor_too=body.second_factor_too
        )
        return _account(account).model_copy(update={"password": clear})

    return call.write(body, deed)


@router.post("/accounts/{account_id}/disabling", response_model=AccountOut, summary="停用账号 / disable an account")
def disable_account(call: Caller, account_id: RowId) -> Response:
    """立即失效，其授权一并结束（A-06）。"""
    return call.write(None, lambda session: _account(service.disable_account(session, call.centre.clock, call.access, account_id)))


@router.post("/accounts/{account_id}/enabling", response_model=AccountOut, summary="启用账号 / enable an account")
def enable_account(call: Caller, account_id: RowId) -> Response:
    """重新启用；已另有项目经理的，以成员身份启用。

    管理员账号由安全管理员开设或重置密码后，须另一位管理员同意才启用：系统、安全管理员由审计管理员，审计管理员由系统管理员。"""
    return call.write(None, lambda session: _account(service.enable_account(session, call.access, account_id)))


@router.post("/accounts/{account_id}/management", response_model=AccountOut, summary="任命项目经理 / appoint the manager")
def appoint_manager(call: Caller, account_id: RowId) -> Response:
    """A-06：更换项目经理，原项目经理的授权全部结束。由安全管理员或本企业办理。"""
    return call.write(None, lambda session: _account(service.appoint_manager(session, call.centre.clock, call.access, account_id)))


@router.post("/delegations", status_code=201, response_model=DelegationOut, summary="项目经理授权 / delegate")
def delegate(call: Caller, body: DelegationIn) -> Response:
    """A-06：只有项目经理可以授权，且不超出本人职责范围；被授权人不能转授权。"""

    def deed(session: Session) -> DelegationOut:
        made = delegations.delegate(
            session,
            call.centre.clock,
            call.access,
            delegate_id=body.delegate_id,
            functions=body.functions,
            starts_at=body.starts_at,
            ends_at=body.ends_at,
        )
        return _delegation(made)

    return call.write(body, deed, 201)


@router.get("/delegations", summary="授权列表 / delegations")
def list_delegations(
    call: Caller,
    in_force: Annotated[bool, Query(description="只列现在有效的 / only those in force now")] = False,
    sort: Annotated[str, paging.sorted_by(delegation_list.ORDER.columns)] = "",
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[DelegationOut]:
    """项目经理看本项目部的全部授权，含已结束的，新的在前；成员看授予本人的。"""
    at = call.centre.clock.now() if in_force else None
    with call.reading() as session:
        after = paging.after(cursor)
        rows = delegation_list.page_of_lines(session, call.access, in_force_at=at, after=after, limit=limit, sort=sort)
        return paging.page(rows, limit, lambda row: row.delegation.id, lambda row: _delegation(row.delegation))


@router.delete("/delegations/{delegation_id}", response_model=DelegationOut, summary="撤销授权 / end a delegation")
def revoke_delegation(call: Caller, delegation_id: RowId) -> Response:
    """立即结束；重复撤销不改变任何内容。"""
    return call.write(None, lambda session: _delegation(delegations.revoke(session, call.centre.clock, call.access, delegation_id)))


@router.get("/certificates", summary="企业证书列表 / enterprises' certificates")
def list_certificates(
    *,
    call: Caller,
    company_id: Annotated[int | None, Query(ge=1, le=2**53)] = None,
    q: Annotated[Search, Query(description="操作员、企业、证书序列号 / operator, enterprise or number")] = "",
    sort: Annotated[str, paging.sorted_by(certificates.ORDER.columns)] = "",
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[CertificateOut]:
    """A-05：每张证书是独立的操作员。企业看本单位的，安全管理员看全部。"""
    with call.reading() as session:
        after = paging.after(cursor)
        rows = certificates.find(session, call.access, company_id=company_id, q=q, after=after, limit=limit, sort=sort)
        return paging.page(rows, limit, lambda row: row[0].id, lambda row: _certificate(row[0]))


@router.put("/certificates/{certificate_id}/functions", response_model=CertificateOut, summary="证书授权 / what a certificate may do")
def grant_certificate(call: Caller, certificate_id: RowId, body: GrantIn) -> Response:
    """A-05：授予的权限不超出授权人本人的权限，不能变更自己的权限。"""
    return call.write(body, lambda session: _certificate(certificates.grant(session, call.access, certificate_id, body.functions)))


@router.post("/certificates/{certificate_id}/disabling", response_model=CertificateOut, summary="停用证书 / disable a certificate")
def disable_certificate(call: Caller, certificate_id: RowId) -> Response:
    """立即失效，其会话和所发令牌一并失效。"""
    return call.write(None, lambda session: _certificate(certificates.disable(session, call.centre.clock, call.access, certificate_id)))


@router.post("/certificates/{certificate_id}/enabling", response_model=CertificateOut, summary="启用证书 / enable a certificate")
def enable_certificate(call: Caller, certificate_id: RowId) -> Response:
    """重新启用。"""
    return call.write(None, lambda session: _certificate(certificates.enable(session, call.access, certificate_id)))


@router.post(
    "/projects/{project_id}/operators", status_code=201, response_model=OperatorOut, summary="登记登记亭操作员 / add a kiosk operator"
)
def add_operator(call: Caller, project_id: RowId, body: OperatorIn) -> Response:
    """A-60：登记亭和闸机属于总承包单位，操作员由其登记。PIN 随名单下发到本项目设备，离线可用。"""

    def deed(session: Session) -> OperatorOut:
        projects.require_general_contractor(session, call.access, project_id)
        operator = service.add_operator(
            session, call.centre.clock, call.centre.passwords, call.access, project_id, name=body.name, pin=body.pin, role=body.role
        )
        note_header_change(session, project_id)
        return OperatorOut.model_validate(operator)

    return call.write(body, deed, 201)


@router.get("/projects/{project_id}/operators", summary="登记亭操作员和门卫 / kiosk operators and guards")
def operators(call: Caller, project_id: RowId, cursor: Cursor = None, limit: Limit = 50) -> Page[OperatorOut]:
    """A-60：只给总承包单位看；不含 PIN。"""
    with call.reading() as session:
        projects.require_general_contractor(session, call.access, project_id)
        rows = service.operators(session, call.access, project_id, after=paging.after(cursor), limit=limit)
        return paging.page(rows, limit, lambda row: row.id, OperatorOut.model_validate)


@router.post(
    "/projects/{project_id}/operators/{operator_id}/removal", response_model=OperatorOut, summary="停用操作员 / remove a kiosk operator"
)
def remove_operator(call: Caller, project_id: RowId, operator_id: RowId) -> Response:
    """随下一版名单在各盒子失效。"""

    def deed(session: Session) -> OperatorOut:
        projects.require_general_contractor(session, call.access, project_id)
        operator = service.remove_operator(session, call.centre.clock, call.access, project_id, operator_id)
        note_header_change(session, project_id)
        return OperatorOut.model_validate(operator)

    return call.write(None, deed)


def _token(row: ApiToken) -> TokenOut:
    return TokenOut.model_validate(_told(row))


def _account(row: Account) -> AccountOut:
    return AccountOut.model_validate(_told(row) | {"has_second_factor": second_factor.is_on(row)})


def _certificate(row: Certificate) -> CertificateOut:
    return CertificateOut.model_validate(_told(row))


def _delegation(row: Delegation) -> DelegationOut:
    return DelegationOut.model_validate(_told(row))


def _told(row: ApiToken | Account | Certificate | Delegation) -> dict[str, object]:
    """The row's columns; functions as words in order."""
    told = {column.key: getattr(row, column.key) for column in row.__table__.columns}
    if "functions" in told:
        granted = unpacked(told["functions"])
        told["functions"] = None if granted is None else sorted(granted)
    return told
