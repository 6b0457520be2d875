"""Signing in and out: by password, by certificate, with a second factor."""

from __future__ import annotations

from typing import Final

TEXTS: Final[dict[str, tuple[str, str]]] = {
    # signing in
    "sign_in": ("登录", "Sign in"),
    "username": ("账号", "Account"),
    "password": ("密码", "Password"),
    "show_password": ("显示密码", "Show password"),
    "sign_in_hint": (
        "用人单位用法人一证通登录；项目账号看本项目人员。",
        "Employers sign in by certificate; a project account shows its project.",
    ),
    "sign_in_incomplete": ("请填写账号和密码。", "Please fill in account and password."),
    "form_expired": ("页面停留时间过长，请再提交一次。", "The page was open for too long. Please send it again."),
    "session_ended": (
        "登录已失效，请重新登录；登录后回到刚才的页面。",
        "Your session has ended. Sign in again to return to where you were.",
    ),
    "signed_out": ("已退出登录。", "You are signed out."),
    "sign_in_by_account": ("项目账号", "Project account"),
    "sign_in_by_certificate": ("法人一证通", "Enterprise certificate"),
    # by certificate
    "certificate_lead": (
        "用人单位登记、分派、离职须用法人一证通登录（A-04）。私钥只在您的电脑上使用，不会上传。",
        "Employers register, assign and record departures by certificate (A-04). The key is used on your computer only.",
    ),
    "certificate_file": ("软证书文件（PEM）", "Certificate file (PEM)"),
    "certificate_file_hint": (
        "文件须包含证书和私钥。使用 U 盾的，请先插入并安装驱动。",
        "It holds certificate and key. For a USB key, install its software and plug it in first.",
    ),
    "certificate_password": ("私钥密码", "Password of the key"),
    "certificate_password_hint": ("私钥未加密时留空。", "Leave empty if the key has none."),
    "certificate_source": ("证书来源", "Where the certificate is"),
    "certificate_from_file": ("软证书文件", "A file"),
    "certificate_sign_in": ("用证书登录", "Sign in by certificate"),
    "certificate_buy": (
        "需要更多操作员证书？请向上海 CA 申请，电话 962600。每张证书可单独授权（A-05）。",
        "More operators? Apply at Shanghai CA, tel. 962600. Each certificate has its own rights (A-05).",
    ),
    "certificate_working": ("正在签名……", "Signing …"),
    "certificate_no_file": ("请选择证书文件。", "Choose the certificate file."),
    "certificate_bad_file": (
        "文件中没有证书或私钥，请选择包含两者的 PEM 文件。",
        "The file holds no certificate or no key: choose a PEM file with both.",
    ),
    "certificate_bad_password": ("私钥密码不正确，请重新输入。", "The key's password is wrong: type it again."),
    "certificate_bad_cipher": (
        "不支持该私钥的加密方式或算法，请用 PBES2（AES）重新导出。",
        "The key's encryption or kind is not supported here: export it anew with PBES2 (AES).",
    ),
    "certificate_no_crypto": (
        "浏览器只在 HTTPS 页面提供签名功能，请用 https 地址访问。",
        "Browsers sign on HTTPS pages only: open the https address.",
    ),
    "certificate_no_script": ("证书登录需要启用 JavaScript。", "Signing in by certificate needs JavaScript."),
    "certificate_network": ("网络中断，请重试。", "The network was lost: try again."),
    # what follows the password
    "step_second": ("两步验证", "Second factor"),
    "step_second_lead": (
        "请输入验证器中的 6 位验证码；手机不在身边时，可用一个恢复码。",
        "Type the six digits of your authenticator, or one of your recovery codes.",
    ),
    "step_own": ("设置自己的密码", "A password of your own"),
    "step_own_lead": (
        "当前密码是临时的，请换成自己的密码后继续。",
        "The present password is temporary: choose your own to go on.",
    ),
    "step_enrol": ("启用两步验证", "Set up the second factor"),
    "step_enrol_lead": (
        "管理员账号须启用两步验证。请用手机验证器扫描二维码，再输入显示的 6 位验证码。",
        "Administrators need a second factor. Scan the code with an authenticator, then type its six digits.",
    ),
    "password_now": ("当前密码", "Present password"),
    "password_new": ("新密码", "New password"),
    "password_rule": ("至少 10 位，不能只含数字，不能包含账号名。", "Ten characters or more, not digits only, without the account's name."),
    "second_factor_qr": ("验证器二维码", "QR code for the authenticator"),
    "second_factor_secret": ("或手工输入密钥：", "Or type this secret:"),
    "second_factor_code": ("验证码", "Code"),
    "go_on": ("继续", "Go on"),
    "sign_in_again": ("返回登录", "Back to signing in"),
    "recovery_codes": ("恢复码", "Recovery codes"),
    "recovery_codes_lead": (
        "请打印或抄下并妥善保管，每个只能用一次。离开本页后不再显示。",
        "Print or copy them and keep them safe; each works once. They are not shown again.",
    ),
    "recovery_codes_kept": ("已保管好，继续", "Kept safe, go on"),
}
