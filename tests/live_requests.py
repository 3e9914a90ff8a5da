"""Requests to the live server as bytes would bring them: nothing tidies their paths or headers."""

import asyncio
import json
from dataclasses import dataclass
from urllib.parse import unquote

TOKEN = "a-token-of-this-test"
HOST = "127.0.0.1:8888"


@dataclass
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")


def ask(app, path, *, method="GET", body=b"", headers=(), host=HOST) -> Reply:
    """Send one request to an application as uvicorn would."""
    return asyncio.run(_ask(app, path, method, body, list(headers), host))


async def _ask(app, target, method, body, headers, host):
    raw, _, query = target.partition("?")
    hosts = [] if host is None else [("host", host)]
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "scheme": "http",
        "method": method, "path": unquote(raw), "raw_path": raw.encode(),
        "query_string": query.encode(), "root_path": "",
        "headers": [(name.encode(), text.encode("latin-1")) for name, text in [*hosts, *headers]],
        "client": ("127.0.0.1", 50000), "server": ("127.0.0.1", 8888),
    }  # fmt: skip
    chunks = [body[at : at + 20_000] for at in range(0, len(body), 20_000)] or [b""]
    sent, gone = [], asyncio.Event()

    async def receive():
        if chunks:
            return {"type": "http.request", "body": chunks.pop(0), "more_body": bool(chunks)}
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message):
        sent.append(message)

    await asyncio.wait_for(app(scope, receive, send), 20)
    start = next(one for one in sent if one["type"] == "http.response.start")
    made = {name.decode().lower(): text.decode() for name, text in start["headers"]}
    return Reply(start["status"], made, b"".join(one.get("body", b"") for one in sent))


def post(app, name, content, *, headers=(), **options) -> Reply:
    """Send what the script of a page sends."""
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    told = [("content-type", "application/json"), ("origin", f"http://{HOST}"), *headers]
    return ask(app, f"/{TOKEN}/_live/{name}", method="POST", body=body, headers=told, **options)
