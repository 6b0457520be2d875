"""The columns of the workers' list as a workbook (A-33): what the screen shows, masked like there."""

from __future__ import annotations

from typing import Final

from central.entry.trades import TRADES
from central.exchange.workbook import Column
from central.people.model import Category, EmploymentForm, EmploymentState, IdentityState
from central.people.store import EmployedWorker

IDENTITY: Final = {IdentityState.PENDING: "待核验", IdentityState.VERIFIED: "已核验", IdentityState.REJECTED: "未通过"}
CATEGORY: Final = {Category.WORKER: "建筑工人", Category.MISC: "勤杂保安等"}
FORM: Final = {EmploymentForm.TEMPORARY: "临时工", EmploymentForm.NON_TEMPORARY: "非临时工"}
STATE: Final = {EmploymentState.ACTIVE: "在职", EmploymentState.DEPARTURE_SCHEDULED: "待离职", EmploymentState.DEPARTED: "已离职"}

COLUMNS: Final[tuple[Column[EmployedWorker], ...]] = (
    Column("编号", lambda row: row.worker.id, 10),
    Column("姓名", lambda row: row.worker.name),
    Column("证件号码", lambda row: row.worker.id_masked, 22, text=True),
    Column("手机号码", lambda row: row.worker.phone_masked, 16, text=True),
    Column("人员类别", lambda row: CATEGORY[row.worker.category]),
    Column("主要工种", lambda row: TRADES.get(row.worker.main_trade, row.worker.main_trade), 18, text=True),
    Column("身份核验", lambda row: IDENTITY[row.worker.identity_state]),
    Column("用人单位", lambda row: row.employer, 28),
    Column("用工形式", lambda row: FORM[row.employment.employment_form]),
    Column("合同开始", lambda row: row.employment.contract_start, 12),
    Column("合同截止", lambda row: row.employment.contract_end, 12),
    Column("用工状态", lambda row: STATE[row.employment.state]),
    Column("离职日期", lambda row: row.employment.departure_on, 12),
    Column("登记时间", lambda row: row.worker.created_at, 18),
)
