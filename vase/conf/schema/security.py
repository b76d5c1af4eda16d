"""Settings that keep others out: hosts, proxies, the headers that browsers obey."""

from typing import Literal

from vase.conf.schema._fields import Names, Networks, SettingsGroup, setting

__all__ = ["SecuritySettings"]

_ReferrerPolicy = Literal[
    "no-referrer",
    "no-referrer-when-downgrade",
    "origin",
    "origin-when-cross-origin",
    "same-origin",
    "strict-origin",
    "strict-origin-when-cross-origin",
    "unsafe-url",
]


class SecuritySettings(SettingsGroup):
    """Who is answered, who is believed, and what browsers are told to refuse."""

    ALLOWED_HOSTS: Names = setting(
        [],
        "Host names under which the site answers; a leading dot includes subdomains, `*` means all. "
        "Empty with `DEBUG` on means the local ones.",
    )
    AUTH_REQUIRED: bool = setting(
        default=False,
        description="Whether every route must say who may call it, with `auth=` on itself or around it; "
        "`check` refuses those that do not.",
    )
    DEFAULT_AUTH: str | None = setting(
        None,
        "Who may call the routes that do not say it: the dotted name of a guard, or `public`.",
    )
    TRUSTED_PROXIES: Networks = setting(
        [], "Networks of the proxies in front, like `10.0.0.0/8`; only their `X-Forwarded-…` headers are believed."
    )
    SECURE_CONTENT_TYPE_NOSNIFF: bool = setting(
        default=True, description="Whether `X-Content-Type-Options: nosniff` is sent."
    )
    SECURE_REFERRER_POLICY: _ReferrerPolicy | None = setting(
        "same-origin", "The `Referrer-Policy` header; `None` sends none."
    )
    SECURE_CROSS_ORIGIN_OPENER_POLICY: Literal["same-origin", "same-origin-allow-popups", "unsafe-none"] | None = (
        setting("same-origin", "The `Cross-Origin-Opener-Policy` header; `None` sends none.")
    )
    SECURE_HSTS_SECONDS: int = setting(
        0, "How long browsers must use HTTPS alone (`Strict-Transport-Security`); 0 sends none.", unit="seconds", ge=0
    )
    SECURE_HSTS_INCLUDE_SUBDOMAINS: bool = setting(
        default=False, description="Whether that holds for all subdomains too."
    )
    SECURE_HSTS_PRELOAD: bool = setting(
        default=False, description="Whether browsers may build the site into their list of HTTPS sites."
    )
    X_FRAME_OPTIONS: Literal["DENY", "SAMEORIGIN"] | None = setting(
        "DENY", "Whether other pages may frame the site; `None` sends no header."
    )
