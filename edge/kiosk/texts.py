"""Every code that a screen of the box can show, in Chinese and English: what it is, and what to do next.

One table for lane screen, kiosk and health page. `{contact}` and `{who}` stand for whom to ask. A test holds that every refusal of the
contract, every device error and every hint of the capture has both languages.
"""

from __future__ import annotations

from typing import Final

from edge.kiosk.desk_texts import DESKS
from edge.kiosk.fault_texts import FAULTS, Text
from edge.reader.causes import WORDS

REFUSALS: Final[dict[str, Text]] = {
    "NOT_CONFIRMED": Text(
        "还没有确认进场", "Entry not confirmed yet", "请让用人单位分派、总包确认后再来", "Your employer assigns, the contractor confirms"
    ),
    "NOT_YET_VALID": Text("进场日期还没到", "Too early: entry starts later", "请在进场日期当天再来", "Come back on your first day"),
    "RIGHT_ENDED": Text(
        "本工地的进场资格已结束", "Your entry right has ended", "如果不对，请联系项目部", "If this is wrong, ask the office"
    ),
    "LEASE_OVER": Text(
        "闸机离线太久，不能认脸",
        "Gate offline too long for faces",
        "请在这里刷身份证或工卡，或找门卫",
        "Use your card here, or ask the guard",
    ),
    "TRAINING_REQUIRED": Text("需要先完成安全教育", "Safety training needed first", "请先参加安全教育", "Attend the training first"),
    "PROJECT_SUSPENDED": Text("工地停工中", "Work on this site is suspended", "复工前不能进场", "No entry until work resumes"),
    "GATE_CLOSED": Text("此通道已关闭", "This lane is closed", "请走其他通道", "Use another lane"),
    "METHOD_NOT_ALLOWED": Text("此通道不能用这种方式", "This way is not allowed at this lane", "请换身份证刷卡", "Use your ID card"),
    "CARD_EXPIRED": Text(
        "身份证已过有效期", "ID card has expired", "请找门卫核对放行，并尽快换证", "Ask the guard today, and renew the card"
    ),
    "WRONG_LANE": Text("您的通行权限不含此通道", "Your right is not for this lane", "请走指定的通道", "Use the lane you were told"),
    "OUT_OF_HOURS": Text("现在不是进场时间", "Outside entry hours", "请在规定时间内进场", "Come back within the hours"),
    "PASSED_ALREADY": Text("几分钟前刚从这里进场", "Came in here minutes ago", "如果不对，请找门卫", "If this is wrong, ask the guard"),
    "FACE_MISMATCH": Text(
        "人脸与证件不是同一人", "The face is not the card owner's", "请本人刷卡，或找门卫", "Use your own card, or ask the guard"
    ),
    "LIVENESS_FAILED": Text(
        "没有看清本人",
        "Could not see a live face",
        "看屏幕慢慢转头再试；不便转头请刷卡或找门卫",
        "Turn slowly as the screen shows; if you cannot, use your card or ask the guard",
    ),
    "QR_INVALID": Text("二维码无效", "This QR code is not valid", "请到登记处重新打印", "Get a new one at the kiosk"),
    "QR_USED": Text("二维码刚才已用过", "This QR code was used just now", "请刷证件，或找门卫", "Use your card, or ask the guard"),
    "QR_EXPIRED": Text("二维码已过期", "This QR code has expired", "请到登记处重新打印", "Get a new one at the kiosk"),
    "STALE_ROSTER": Text(
        "闸机离线太久，需门卫放行",
        "Gate offline too long: a guard must let you in",
        "请刷卡并请门卫核对",
        "Use your card and ask the guard",
    ),
}

CARDS: Final[dict[str, Text]] = {
    **{cause.value: Text(row.zh, row.en, row.zh_next, row.en_next) for cause, row in WORDS.items()},
    "CARD_ABSENT": Text("请放身份证", "Put the ID card", "平放在读卡区，不要移动", "Flat on the reader, and keep it still"),
    "CARD_READING": Text("正在读卡", "Reading the card", "请不要移开", "Keep it there"),
    "CARD_LIFT": Text(
        "这张卡已经读过", "This card was read already", "请拿起来，换下一位；要重读请重新放", "Lift it for the next worker, or put it again"
    ),
}
"""What a card reader's codes say: the words of `edge.reader.causes`, and the states that are no fault."""

HINTS: Final[dict[str, Text]] = {
    "NOBODY": Text("请站到镜头前", "Step in front of the camera"),
    "ONE_AT_A_TIME": Text("请一个人来", "One person at a time"),
    "COME_CLOSER": Text("请再靠近一点", "Come closer"),
    "TOO_CLOSE": Text("请退后一点", "Step back a little"),
    "CENTRE_FACE": Text("请把脸放到椭圆中间", "Move your face into the oval"),
    "TOO_DARK": Text("光线太暗，请开灯或换个位置", "Too dark: more light please"),
    "TOO_BRIGHT": Text("光线太亮，请避开逆光", "Too bright: avoid the glare"),
    "HOLD_STILL": Text("请站稳，别动", "Hold still"),
    "LOOK_STRAIGHT": Text("请正对镜头", "Look straight at the camera"),
    "TURN_SLIGHTLY": Text("很好，请把头稍微转一点", "Good, now turn your head a little"),
    "SOMEBODY_ELSE": Text("换人了，请本人重新采集", "Somebody else: starting over"),
    "USE_CARD": Text("请刷身份证或工卡", "Please use your card"),
    "ASK_GUARD": Text("请找门卫", "Ask the guard", "读卡器故障，门卫可以核对放行", "The card reader is out; the guard can let you in"),
    "FACE_UNKNOWN": Text(
        "没有认出您",
        "Your face was not known",
        "请刷身份证或工卡；还没确认进场的请找用人单位",
        "Use your card; not confirmed yet? Ask your employer",
    ),
    "CAMERA_LENT": Text(
        "摄像头正在给工友采集人脸",
        "The camera is busy with an enrolment",
        "刷卡即可通行，采集完自动恢复",
        "Your card opens; faces work again afterwards",
    ),
    "LIST_OVERDUE": Text(
        "闸机离线太久，暂不能认脸", "Offline too long for faces", "身份证、工卡照常通行", "Your ID card or work card opens as always"
    ),
    "CARD_READ": Text("卡已读好，请看镜头", "Card read: now look at the camera"),
    "TURN_LEFT": Text("请慢慢向左转头", "Turn your head slowly to your left"),
    "TURN_RIGHT": Text("请慢慢向右转头", "Turn your head slowly to your right"),
    "BLINK": Text("请眨一下眼", "Blink once"),
    "LIFT_VISOR": Text("请抬高帽檐", "Lift the visor"),
    "PASSED": Text("好了，请看镜头", "Good, look at the camera"),
    "FAILED": Text("没有看清，请再来一次", "Not seen clearly: once more"),
    "EYES_CLOSED": Text("请睁开眼睛", "Open your eyes"),
    "TWIN": Text("您与另一位工友相像", "You look like another worker", "刷卡之后再看镜头", "Show your card, then look at the camera"),
    "PUT_HELMET": Text("请戴上安全帽", "Put the helmet on"),
    "KEPT": Text("已拍好一张", "Got one"),
    "ENOUGH": Text("采集完成", "Done"),
}

STANDING: Final[dict[str, Text]] = {
    "STANDS_CONFIRMED": Text("已确认进场，可以登记", "Confirmed: can be enrolled"),
    "STANDS_ENROLLED": Text("已登记，可重新采集", "Enrolled already; may be taken anew"),
    "STANDS_UNKNOWN_CARD": Text(
        "没有登记过这个人", "Nobody registered this person", "请用人单位先在平台录入工人信息", "The employer must register the worker first"
    ),
    "STANDS_REGISTERED": Text(
        "已登记，但还没有分派到本项目",
        "Registered, not assigned to this project",
        "请用人单位分派到本项目：{who}",
        "The employer must assign: {who}",
    ),
    "STANDS_ASSIGNED": Text("已分派，等待确认进场", "Assigned, waiting for acceptance", "等待 {who} 确认", "{who} must accept"),
    "STANDS_ACCEPTED_BY_SUB": Text(
        "分包已接收，等待总包确认", "Accepted by the subcontractor, contractor next", "等待 {who} 确认", "{who} must accept"
    ),
    "STANDS_RETURNED": Text("分派被退回", "Assignment returned", "请用人单位修改后重新分派：{who}", "The employer must correct it: {who}"),
    "STANDS_WITHDRAWN": Text("用人单位已撤回分派", "Assignment withdrawn", "请联系用人单位：{who}", "Contact the employer: {who}"),
    "STANDS_ENDED": Text(
        "在本项目的进场资格已结束",
        "Entry right on this project has ended",
        "如需再次进场，请用人单位重新分派：{who}",
        "To enter again the employer must assign anew: {who}",
    ),
    "STANDS_JUST_CONFIRMED": Text(
        "刚刚确认，名单正在下发",
        "Just confirmed, the list is on its way",
        "请稍等几秒，会自动继续",
        "Wait a few seconds; it goes on by itself",
    ),
    "LOOKUP_ASKING": Text("不在本工地名单上，正在向平台查询", "Not on this site's list, asking the centre"),
    "LOOKUP_OFFLINE": Text(
        "不在本工地名单上；现在离线，无法知道办到哪一步",
        "Not on this site's list; offline, so the state cannot be known",
        "恢复联网后再查；可先电话询问{contact}",
        "Try again online, or call {contact}",
    ),
    "END_departure": Text("离职", "left the employer"),
    "END_death": Text("身故", "deceased"),
    "END_completion": Text("分包完工或项目竣工", "subcontract or project completed"),
    "END_withdrawn": Text("撤回授权", "consent withdrawn"),
    "END_presumed_exit": Text("长期未考勤", "no attendance for long"),
    "END_other": Text("权限已结束", "the right has ended"),
    "END_corrected": Text("信息更正", "record corrected"),
}

KIOSK: Final[dict[str, Text]] = {
    "NOT_SIGNED_IN": Text("请先登录", "Sign in first", "输入自己的 PIN", "Enter your own PIN"),
    "CSRF_MISSING": Text("页面已过期", "Page out of date", "请刷新页面", "Reload the page"),
    "PIN_WRONG": Text("PIN 不对", "Wrong PIN", "还可以试 {left} 次", "{left} tries left"),
    "PIN_LOCKED": Text("错误次数太多，已锁定", "Too many tries: locked", "请在 {seconds} 秒后再试", "Try again in {seconds} s"),
    "NO_OPERATORS": Text(
        "本机还没有登记管理员",
        "No kiosk operator yet",
        "请总包在平台为本项目添加管理员，联网后自动下发",
        "The contractor adds operators at the centre; they arrive by sync",
    ),
    "NO_ROSTER": Text(
        "还没有收到本项目名单", "No roster received yet", "请检查网络，收到后自动显示", "Check the network; it appears by itself"
    ),
    "WRONG_STEP": Text("这一步现在不能做", "Not possible at this step", "请按屏幕上的步骤继续", "Follow the steps on the screen"),
    "NOT_ON_ROSTER": Text(
        "此人不在本工地名单上，不能登记", "Not on this site's list: cannot be enrolled", "请先完成确认进场", "Entry must be confirmed first"
    ),
    "CONSENT_REQUIRED": Text(
        "没有勾选同意，不能采集人脸",
        "No face without consent",
        "勾选“在闸机使用人脸”，或选择刷卡进出",
        "Tick the first box, or choose the card",
    ),
    "CONSENT_CHANGED": Text("告知书已更新，请重新确认", "The notice has changed: please confirm again"),
    "SHOTS_MISSING": Text("照片还不够", "Not enough shots yet", "请继续采集", "Go on capturing"),
    "CAMERA_MISSING": Text(
        "本机没有可用的摄像头", "No camera here", "可先办理刷卡进出，之后再补采人脸", "Enrol with the card, add the face later"
    ),
    "ENGINE_MISSING": Text(
        "人脸引擎不可用", "Face engine not available", "可先办理刷卡进出，之后再补采人脸", "Enrol with the card, add the face later"
    ),
    "LOOKS_ALIKE": Text(
        "与名单上另一位工人很像",
        "Looks like another worker on the list",
        "请核对是否重复登记；若确是两个人（如兄弟姐妹）可以继续，两人今后都刷卡加人脸",
        "Check for a double; two people (siblings) may go on, both with card and face from now on",
    ),
    "UNCHECKED": Text(
        "没能核对是否重复登记",
        "Whether this face is on the list already could not be checked",
        "请重拍再查一次，或对照证件照片核对本人后继续",
        "Take the pictures again, or compare with the card's photograph and go on",
    ),
    "CHECKING": Text("正在核对是否重复登记", "Checking for a double", "请稍等几秒", "A few seconds"),
    "CARD_TRY": Text("请再刷一次身份证，试一试", "Put the card once more to try it"),
    "CARD_TRY_OTHER": Text("这不是刚才那张卡", "Not the same card", "请放回本人的身份证", "Put the worker's own card"),
    "CARD_TRY_GOOD": Text("刷卡正常", "The card works"),
    "INTERNAL": Text("程序出错了", "Something went wrong", "请返回重试；反复出现请报修", "Go back and try again; then call service"),
    "BAD_REQUEST": Text("请求内容不对", "Bad request", "请刷新页面", "Reload the page"),
}

TEXTS: Final[dict[str, Text]] = {**CARDS, **FAULTS, **REFUSALS, **HINTS, **STANDING, **KIOSK, **DESKS}
"""All codes. Where a device's code stands for any device, `CARDS` has the words for a card reader."""

UNKNOWN: Final = Text("未知状态", "Unknown state", "请联系维护人员", "Call the technician")


def text(code: str) -> Text:
    """The texts of a code; an unknown one keeps the code visible for the technician."""
    found = TEXTS.get(code)
    return found or Text(f"{UNKNOWN.zh}（{code}）", f"{UNKNOWN.en} ({code})", UNKNOWN.do_zh, UNKNOWN.do_en)


def table(language: str) -> dict[str, dict[str, str]]:
    """All texts of one language (`zh` or `en`) for a page: code to {"say", "do"}; a card reader's under `reader.` and the code."""
    rows = TEXTS | {f"reader.{code}": row for code, row in CARDS.items()}
    if language == "en":
        return {code: {"say": row.en, "do": row.do_en} for code, row in rows.items()}
    return {code: {"say": row.zh, "do": row.do_zh} for code, row in rows.items()}
