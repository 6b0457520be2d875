"""Routes for the card readers on employers' desks (see `central.people.chip_read`)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import StringConstraints
from sqlalchemy.orm import Session

from central.call import Caller, RowId
from central.centre import Centre
from central.errors import Problem
from central.paging import Cursor, Limit, Page, after, page
from central.people import readers
from central.people.reader_model import OfficeReader
from central.schemas import In, Moment, Out, ShortLine, example

router = APIRouter()


class PairingOut(Out):
    """A one-time code, shown once."""

    code: str
    expires_at: Moment


class PairIn(In):
    """What the bridge sends to redeem its code."""

    model_config = example(
        {"code": "7K3MPQ2XWA", "public_key": "d75a9801" * 8, "name": "前台读卡器", "sam_id": "05.03-20190101-0001234567"}
    )

    code: Annotated[str, StringConstraints(strip_whitespace=True, min_length=4, max_length=32)]
    public_key: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    name: ShortLine
    sam_id: Annotated[str, StringConstraints(strip_whitespace=True, max_length=64, pattern=r"^[\x20-\x7e]*$")] = ""


class PairedOut(Out):
    """What the bridge keeps."""

    reader_id: int
    company_id: int


class ReaderOut(Out):
    """A reader of this employer."""

    id: int
    name: str
    sam_id: str
    paired_at: Moment
    revoked_at: Moment | None


class NonceOut(Out):
    """What the next read must contain."""

    nonce: str
    expires_at: Moment


@router.post("/readers/pairings", status_code=201, response_model=PairingOut, summary="读卡器配对码 / a pairing code")
def ask_code(call: Caller) -> Response:
    """A-24：为本单位的一台读卡器取一次性配对码，十分钟内有效，只显示一次。"""

    def deed(session: Session) -> PairingOut:
        code, until = readers.ask_code(session, call.centre.clock, call.centre.secrets, call.access)
        return PairingOut(code=code, expires_at=until)

    return call.write(None, deed, 201)


@router.post("/readers/pair", status_code=201, summary="读卡器兑换配对码 / redeem a pairing code")
def pair(request: Request, body: PairIn) -> PairedOut:
    """A-24：读卡桥接程序凭配对码登记其公钥，无需令牌；输错过多会暂时拒绝。"""
    centre: Centre = request.app.state.centre
    address = request.client.host if request.client else ""
    centre.failures.check(address)
    try:
        with centre.database.writing() as session:
            key = bytes.fromhex(body.public_key)
            paired = readers.pair(session, centre.clock, centre.secrets, code=body.code, public_key=key, name=body.name, sam_id=body.sam_id)
            return PairedOut(reader_id=paired.id, company_id=paired.company_id)
    except Problem as problem:
        if problem.code == "PAIRING_CODE_INVALID":
            centre.failures.failed(address)
        raise


@router.post("/readers/nonces", status_code=201, summary="读卡随机数 / a nonce for the next read")
def nonce(call: Caller) -> NonceOut:
    """A-25：下一次读卡须包含的随机数，十五分钟内有效。"""
    said, until = readers.nonce(call.centre.clock, call.centre.secrets, call.access)
    return NonceOut(nonce=said, expires_at=until)


@router.get("/readers", summary="本单位读卡器 / this employer's readers")
def listed(call: Caller, cursor: Cursor = None, limit: Limit = 200) -> Page[ReaderOut]:
    """A-24：包括已停用的。"""
    with call.reading() as session:
        return page(readers.page_of_readers(session, call.access, after(cursor), limit), limit, lambda reader: reader.id, _shown)


@router.delete("/readers/{reader_id}", response_model=ReaderOut, summary="停用读卡器 / revoke a reader")
def revoke(call: Caller, reader_id: RowId) -> Response:
    """A-25：停用后，该读卡器签名的读卡结果不再被接受。"""
    return call.write(None, lambda session: _shown(readers.revoke(session, call.centre.clock, call.access, reader_id)))


def _shown(reader: OfficeReader) -> ReaderOut:
    return ReaderOut.model_validate(reader)
