"""Office readers: pairing, revoking."""

from __future__ import annotations

from typing import Final

TEXTS: Final[dict[str, tuple[str, str]]] = {
    "nav_readers": ("读卡器", "Card readers"),
    "readers_title": ("本单位读卡器", "Card readers"),
    "readers_lead": (
        "登记工人时直接读身份证：信息自动填入，身份即时核验。",
        "Read the ID card when registering: the form fills itself and the identity is verified at once.",
    ),
    "readers_none": ("还没有配对读卡器", "No reader is paired yet"),
    "readers_none_why": (
        "在接有读卡器的电脑上安装读卡程序，再用一次性配对码与本单位配对。",
        "Install the reader program on the PC with the reader, then pair it with a one-time code.",
    ),
    "reader_pair": ("取配对码", "Get a pairing code"),
    "reader_code": ("配对码（十分钟内有效，只显示这一次）", "Pairing code (ten minutes, shown this once)"),
    "reader_how": ("在接有读卡器的电脑上运行：", "Run this on the PC with the reader:"),
    "reader_name": ("名称", "Name"),
    "reader_sam": ("SAM 编号", "SAM id"),
    "reader_paired_at": ("配对时间", "Paired"),
    "reader_state": ("状态", "State"),
    "reader_in_use": ("使用中", "In use"),
    "reader_is_revoked": ("已停用", "Revoked"),
    "reader_revoke": ("停用", "Revoke"),
    "reader_revoke_sure": ("停用读卡器“{name}”？停用后它读的证件不再被接受。", "Revoke “{name}”? What it reads is not accepted any more."),
    "done_reader_revoked": ("已停用该读卡器。", "The reader is revoked."),
}
