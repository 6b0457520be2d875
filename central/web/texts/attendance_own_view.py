"""A worker's own view: short words, for a phone."""

from __future__ import annotations

from typing import Final

TEXTS: Final[dict[str, tuple[str, str]]] = {
    "own_title": ("我的考勤", "My attendance"),
    "own_pass_title": ("我的通行码", "My code for the gate"),
    "own_pass_until": ("{at} 前有效，到时自动更换", "Good until {at}; a new one comes by itself"),
    "own_pass_how": ("把手机屏幕对准闸机的摄像头或扫码口", "Hold the screen to the gate's camera or scanner"),
    "own_pass_again": ("换一个", "A new one"),
    "own_pass_none": ("现在没有通行码", "No code now"),
    "own_pass_rule": (
        "每个码每个方向只能用一次；登记了人脸的，扫码后还会比对本人。不要把查询链接或截图给别人。",
        "Each code opens once each way; where your face is enrolled it is compared too. Give the link or a picture of it to nobody.",
    ),
    "own_for": ("{name} · {project}", "{name} · {project}"),
    "own_until": ("本页有效至 {until}，只显示您本人的记录。", "Good until {until}; it shows your own records only."),
    "own_closed_revoked": ("此二维码已作废", "This code was taken back"),
    "own_closed_ended": ("此二维码已失效", "This code has ended"),
    "own_running": ("本月尚未定稿，数据还会变化。", "This month is not final yet."),
    "own_public": ("本月公示中，{until} 前可以提出异议。", "Published: you may object until {until}."),
    "own_final": ("本月公示期已过；有疑问请联系项目部实名制管理员。", "The time for objections is over: speak to the site's office."),
    "own_supplement": (
        "公示后已补记：{days} 日（补充，不改公示内容）。公示 {published} 天，现为 {n} 天。",
        "Added since it was published (a supplement, beside the published sheet): day {days}. Published {published} days, now {n}.",
    ),
    "own_none": ("本月没有您的考勤", "There is nothing of yours in this month"),
    "own_none_why": ("请换一个月份，或到项目部询问进场确认情况。", "Choose another month, or ask the office about your entry."),
    "own_not_published": ("本月已公示，但名单里没有您；请到项目部询问。", "The month is published without you: ask the office."),
    "own_object": ("提出异议", "Object"),
    "own_object_day": ("对 {date} 提出异议", "Object to {date}"),
    "own_object_what": ("哪里不对", "What is wrong"),
    "own_object_hint": ("例如：17:30 出场没有识别", "Such as: my way out at 17:30 was not recognised"),
    "own_object_later": (
        "考勤有误？本月公示后可以在这里提出异议；也可以现在到项目部申请补卡。",
        "Something wrong? Object here once the month is published, or ask the office for a correction now.",
    ),
    "own_objections": ("我提出的异议", "My objections"),
    "own_waiting": ("等待答复", "Waiting for an answer"),
    "done_objection_sent": ("异议已提交，答复会显示在本页。", "Sent; the answer will show here."),
    "proof_title": ("记录没有被改过吗？", "Was the record altered?"),
    "proof_lead": (
        "门禁的每条记录都带有防改链，每天合成一个“根哈希”公示。点下面的按钮，由您的手机重新计算并比对。",
        "Each record is chained to all before it, and each date has one published root. Your phone works it out again and compares.",
    ),
    "proof_do": ("验证 {date} 的记录", "Verify {date}"),
    "proof_download": ("下载证明", "Download the proof"),
    "proof_working": ("正在计算……", "Working…"),
    "proof_good": ("✓ {n} 条记录与公示的根哈希一致，没有被改动。", "✓ {n} records lead to the published root: none was altered."),
    "proof_bad": (
        "✗ 与公示的根哈希不一致！请截图并联系监管部门。",
        "✗ They do not lead to the published root! Take a picture and call the authority.",
    ),
    "proof_root": ("公示的根哈希（第 {version} 版，{at}）", "Published root (version {version}, {at})"),
    "proof_not_yet": (
        "这一天的根哈希尚未公示（次日公示），请稍后再来。",
        "The root of this date is published on the next day: come again then.",
    ),
    "proof_by_server": ("您的浏览器不能计算，以下由服务器计算。", "Your browser cannot work it out: the server did."),
    "proof_missing_one": ("✗ 有记录不在公示的根哈希之下！", "✗ A record is not under the published root!"),
    "proof_row": ("核对的记录", "Records that were checked"),
}
