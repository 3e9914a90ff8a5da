"""Who may ask the live server: this machine's browser, with the token, and no other site.

Anything else on the machine, and any page of the web that is open in the same browser, can send
requests to a port of the loopback address. The token keeps out the first, Host the second where a
name was made to lead here (DNS rebinding), Origin and Sec-Fetch-Site the second where it does not.
"""

from __future__ import annotations

import hmac

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Parameters of a page fit many times; nothing else is ever sent.
MOST_BYTES = 65_536
_HEADERS = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # The address holds the token, and pages link to their sources.
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_FROM_HERE = ("", "same-origin", "none")


class Guard:
    """Lets a request through where it comes from the book itself; the token is not passed on.

    Parameters
    ----------
    app : ASGIApp
        What answers, below the token.
    token : str
        First part of every path.
    hosts : tuple of str
        What a browser of this machine calls the server, with its port.
    """

    def __init__(self, app: ASGIApp, token: str, hosts: tuple[str, ...]) -> None:
        self._app = app
        self._token = token
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            return
        status, why = self._refusal(scope, Headers(scope=scope))
        if status:
            await PlainTextResponse(f"{why}\n", status, _HEADERS)(scope, receive, send)
            return
        below = {**scope, "root_path": f"/{self._token}"}
        await self._app(below, _limited(receive), _with_headers(send))

    def _refusal(self, scope: Scope, headers: Headers) -> tuple[int, str]:
        """Return the status and the reason of a refusal, (0, "") where there is none."""
        if not set(self._hosts).issuperset(headers.getlist("host") or [""]):
            return 421, f"Expected the address {self._hosts[0]}, got another host."
        own = {f"http://{host}" for host in self._hosts}
        foreign = not own.issuperset(headers.getlist("origin"))
        if foreign or headers.get("sec-fetch-site", "") not in _FROM_HERE:
            return 403, "Expected a request of the book itself, got one of another site."
        if scope["method"] == "POST" and headers.get("content-type") != "application/json":
            return 415, "Expected application/json."
        given = scope["path"].split("/")[1:2]
        if not hmac.compare_digest("".join(given).encode(), self._token.encode()):
            return 403, "Expected the address that `evidence live` has shown, with its token."
        if not scope["path"].isprintable():
            return 404, "The book has no such file."
        length = headers.get("content-length", "0")
        if not length.isascii() or not length.isdigit() or int(length) > MOST_BYTES:
            return 413, f"Expected at most {MOST_BYTES} bytes."
        return 0, ""


def _limited(receive: Receive) -> Receive:
    """Return a source of messages that ends a body which is longer than any that is read."""
    seen = 0

    async def counted() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        return message if seen <= MOST_BYTES else {"type": "http.disconnect"}

    return counted


def _with_headers(send: Send) -> Send:
    async def dressed(message: Message) -> None:
        if message["type"] == "http.response.start":
            extra = [(name.lower().encode(), text.encode()) for name, text in _HEADERS.items()]
            known = {name for name, _ in extra}
            kept = [pair for pair in message.get("headers", []) if pair[0].lower() not in known]
            message = {**message, "headers": [*kept, *extra]}
        await send(message)

    return dressed
