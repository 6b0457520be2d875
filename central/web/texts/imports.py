"""Excel 导入."""

from __future__ import annotations

from typing import Final

TEXTS: Final[dict[str, tuple[str, str]]] = {
    "import_lead": (
        "先检查、再预览，确认之前不保存任何内容（A-62）；导入的工人仍须核验身份（A-26）。",
        "Checked and shown first; nothing is saved before you confirm (A-62). Imported workers still have to be verified (A-26).",
    ),
    "import_template": ("下载模板", "Template"),
    "imports_before": ("最近的导入", "Recent imports"),
    "imports_search_hint": ("文件名", "File name"),
    "col_import_file": ("文件", "File"),
    "col_import_state": ("进度", "Progress"),
    "col_taken_in_at": ("上传时间", "Taken in"),
    "col_rows_total": ("行数", "Rows"),
    "col_rows_wrong": ("有误", "Wrong"),
    "col_rows_done": ("已登记", "Registered"),
    "imports_none": ("还没有导入过", "Nothing imported yet"),
    "imports_none_why": ("下载模板，按说明填写后在上面上传。", "Download the template, fill it in and upload it above."),
    "section_import": ("上传文件", "Upload"),
    "field_workbook": ("Excel 文件", "Excel file"),
    "hint_workbook": (".xlsx，按模板填写，不超过 10 MB", ".xlsx by the template, 10 MB at most"),
    "do_check": ("上传并检查", "Upload and check"),
    "import_checking": ("正在检查……", "Checking…"),
    "import_ready": ("待确认", "To be confirmed"),
    "import_ready_title": (
        "检查完毕：可登记 {good} 行，有误 {bad} 行，已存在 {skipped} 行",
        "Checked: {good} fit, {bad} wrong, {skipped} there already",
    ),
    "import_committing": ("正在登记……", "Registering…"),
    "import_done": ("已完成", "Done"),
    "import_refused": ("文件不能导入", "Refused"),
    "import_cancelled": ("已放弃", "Thrown away"),
    "import_rows": ("{n} 行", "{n} rows"),
    "import_go_away": (
        "可以离开本页，处理会继续；稍后从“最近的导入”回来查看。",
        "You may leave: it goes on, and 'Recent imports' leads back here.",
    ),
    "import_nothing_yet": (
        "目前还没有保存任何工人。有误的行可以下载改好后再传。",
        "No worker is saved yet. Download the wrong rows, mend and upload them.",
    ),
    "import_confirm": ("登记 {n} 人", "Register {n}"),
    "import_confirm_ask": ("登记这 {n} 人？有误的行不会登记。", "Register these {n}? Wrong rows are left out."),
    "import_errors_book": ("下载有误的行", "Download the wrong rows"),
    "import_cancel": ("放弃", "Throw away"),
    "import_cancel_ask": ("放弃“{name}”？已上传的内容将删除。", "Throw '{name}' away? What was uploaded is deleted."),
    "import_done_title": ("已登记 {n} 人", "{n} registered"),
    "import_done_next": ("下一步：逐人读身份证核验身份。", "Next: verify each by the ID card."),
    "done_import_cancelled": ("已放弃，内容已删除。", "Thrown away and deleted."),
    "col_row": ("行", "Row"),
    "import_other_company": ("其他单位", "another company"),
    "row_good": ("可登记", "Fit"),
    "row_bad": ("有误", "Wrong"),
    "row_done": ("已登记", "Registered"),
    "row_skipped": ("已存在", "There already"),
    "row_failed": ("未登记", "Not registered"),
    "row_open": ("查看", "Open"),
}
