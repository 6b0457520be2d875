"""异常: the frame of the pages; the kinds' own words stand with them."""

from __future__ import annotations

from typing import Final

TEXTS: Final[dict[str, tuple[str, str]]] = {
    "nav_anomalies": ("异常", "Anomalies"),
    "anomalies_lead": (
        "由登记、合同、通行和设备数据得出；处理好原因后自动消失，无需销项。",
        "Drawn from registration, contracts, passages and devices; each is gone when its cause is.",
    ),
    "anomalies_projects_lead": ("在建和停工的项目，点开查看每一条。", "Projects under way or suspended; open one for each case."),
    "anomalies_all_kinds": ("全部种类", "All kinds"),
    "anomalies_more": ("查看全部 {n} 条", "All {n}"),
    "anomalies_none": ("没有需要处理的异常", "Nothing to look at"),
    "anomalies_none_why": (
        "已检查 {kinds} 种情况：身份、合同、通行、拒绝、人工放行、门禁设备等。",
        "{kinds} kinds were looked at: identity, contracts, passages, refusals, openings by hand, boxes and others.",
    ),
    "anomalies_none_kind": ("这一种现在没有了", "None of this kind now"),
    "anomalies_no_projects": ("没有在建的项目", "No project is under way"),
    "anomalies_no_projects_why": ("项目开工后在这里显示。", "Projects appear here once they begin."),
    "anomalies_days": ("事件时间范围", "Events of"),
    "days_back": ("近 {n} 天", "{n} days"),
    "col_anomaly_kind": ("种类", "Kind"),
    "col_anomaly_n": ("次数", "Times"),
    "col_anomaly_do": ("怎么办", "What to do"),
    "col_anomaly_who": ("对象", "Who or what"),
    "col_anomaly_at": ("时间", "When"),
    "col_anomaly_what": ("情况", "What"),
    "col_anomaly_total": ("合计", "In all"),
    "col_anomaly_kinds": ("种类", "Kinds"),
    "times": ("{n} 次", "{n} times"),
    "unknown_people": ("陌生人", "Unknown people"),
}
