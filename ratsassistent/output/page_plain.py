"""Plain pages before the page itself: without script, for who has not signed in yet.

What enters: a title and a body (HTML that is safe). What leaves: answers (ASGI) that a browser keeps nowhere.
What it does not know: who signs in, and how.
"""

from __future__ import annotations

import base64
import hashlib
from http.cookies import CookieError, SimpleCookie
from pathlib import Path

from ratsassistent.output.page_guard import HEADERS, Message, Send

Head = tuple[bytes, bytes]
_STYLE = (Path(__file__).parent / "page_signin.css").read_text(encoding="utf-8")
_POLICY = (
    f"default-src 'none'; style-src 'sha256-{base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()}'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
_PAGE = """<!doctype html><html lang="de"><head><meta charset="utf-8"><title>{title} – Ratsassistent</title>
<meta name="viewport" content="width=device-width, initial-scale=1">{head}<style>{style}</style></head><body><main>
<p class="name"><span aria-hidden="true">§</span> Ratsassistent</p>{body}</main></body></html>"""
_BOUNCE = '<h1>Einen Moment …</h1><p><a href="/?weiter">Weiter zu Ratsassistent</a></p>'


async def page(send: Send, title: str, body: str, *more: Head, status: int = 200, head: str = "") -> None:
    """Answer with a page."""
    made = _PAGE.format(title=title, head=head, style=_STYLE, body=body).encode()
    heads = [(b"content-type", b"text/html; charset=utf-8"), (b"content-length", str(len(made)).encode()), *more]
    heads += [(b"cache-control", b"no-store"), (b"content-security-policy", _POLICY.encode()), *HEADERS]
    await send({"type": "http.response.start", "status": status, "headers": heads})
    await send({"type": "http.response.body", "body": made})


async def bounce(send: Send, *more: Head) -> None:
    """A page that goes on to the start page by itself: coming from here, the browser sends its cookie."""
    await page(send, "Einen Moment", _BOUNCE, *more, head='<meta http-equiv="refresh" content="0; url=/?weiter">')


async def go(where: str, send: Send, *more: Head) -> None:
    """Send the browser to another address."""
    heads = [(b"location", where.encode()), (b"cache-control", b"no-store"), *HEADERS, *more]
    await send({"type": "http.response.start", "status": 303, "headers": heads})
    await send({"type": "http.response.body", "body": b""})


def cookie_of(scope: Message, wanted: str) -> str | None:
    """The value of a cookie that the browser sent."""
    for name, value in scope["headers"]:
        if name.lower() == b"cookie":
            try:
                found = SimpleCookie(value.decode("latin-1")).get(wanted)
            except CookieError:
                continue
            if found is not None and found.value:
                return found.value[:200]
    return None


def set_cookie(name: str, value: str, *, secure: bool, same_site: str = "Strict", seconds: int | None = None) -> Head:
    """A cookie that only this server gets and no script; an empty one goes."""
    rules = ["Path=/", "HttpOnly", f"SameSite={same_site}"] + (["Secure"] if secure else [])
    age = 0 if not value else seconds
    rules += [] if age is None else [f"Max-Age={age}"]
    return b"set-cookie", "; ".join([f"{name}={value}", *rules]).encode()
