"""The columns of the registration workbook (A-62): one table for the template, for reading it, and for the errors' workbook."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from central.entry.trades import TRADES
from central.people.id_number import ID_TYPES
from central.people.reference_model import BANKS


@dataclass(frozen=True)
class Field:
    """A column: the registration's field, the title, what to write there, and the words that stand for codes (word -> code)."""

    name: str
    title: str
    note: str
    is_required: bool = False
    is_text: bool = False
    is_day: bool = False
    words: Mapping[str, str] = field(default_factory=dict)
    width: int = 14


_FORMS: Final = {"临时工": "temporary", "非临时工": "non_temporary"}
_WAGES: Final = {"日工资日清": "daily", "日工资月结": "daily_monthly", "月基本工资加绩效": "monthly"}
_CATEGORIES: Final = {"建筑工人": "worker", "勤杂保安等": "misc", "管理人员": "management"}

FIELDS: Final = (
    Field("name", "姓名", "与身份证一致", is_required=True),
    Field("id_type", "证件类型", "不填为居民身份证", words={name: code for code, name in ID_TYPES.items()}),
    Field("id_number", "证件号码", "文本格式，18 位", is_required=True, is_text=True, width=22),
    Field("birth_date", "出生日期", "非居民身份证必填", is_day=True),
    Field("phone", "手机号码", "11 位", is_text=True, width=16),
    Field("nation", "民族", "如：汉"),
    Field("address", "住址", "身份证住址", width=30),
    Field("category", "人员类别", "不填为建筑工人；勤杂保安等由总包登记", words=_CATEGORIES),
    Field("main_trade", "主要工种", "只能一个", words={name: code for code, name in TRADES.items()}, width=18),
    Field("contract_start", "合同开始日期", "如 2026-03-01", is_required=True, is_day=True),
    Field("contract_end", "合同截止日期", "必填，宜晚于竣工时间", is_required=True, is_day=True),
    Field("employment_form", "用工形式", "临时工或非临时工", is_required=True, words=_FORMS),
    Field("wage_type", "工资类型", "临时工：日工资日清；非临时工：日工资月结或月基本工资加绩效", is_required=True, words=_WAGES, width=18),
    Field(
        "bank_code",
        "工资卡开户行",
        "从清单选择，没有则选“其他”",
        is_required=True,
        words={name: code for code, name in BANKS.items()},
        width=20,
    ),
    Field("bank_name", "开户行名称", "开户行为“其他”时必填", width=20),
    Field("card_number", "工资卡号", "文本格式", is_required=True, is_text=True, width=24),
    Field("basic_wage", "基本工资", "日工资填每日金额，月工资填每月金额（元）", is_required=True),
    Field("probation_wage", "试用期工资", "元，没有试用期填 0", is_required=True),
    Field("performance_payments", "绩效工资发放次数", "日工资填 0，月工资不少于 3", is_required=True),
    Field("performance_dates", "绩效工资发放日期", "以逗号分隔，个数与次数一致", is_text=True, width=36),
    Field("state", "登记状态", "留空（预登记已取消）"),
)
BY_TITLE: Final = {one.title: one for one in FIELDS}
BY_NAME: Final = {one.name: one for one in FIELDS}
SHEET: Final = "工人登记"
