"""Holds what goes over the wire against docs/openapi.json, both ways."""

import json
import threading
import urllib.parse
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

DOCUMENT: dict[str, Any] = json.loads((Path(__file__).parents[2] / "docs" / "openapi.json").read_text())


def validate(schema: dict[str, Any], value: Any) -> None:
    Draft202012Validator(schema | {"components": DOCUMENT["components"]}).validate(value)


@dataclass
class Exchange:
    """What went over the wire, as the server's side saw it."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes = b""
    status: int = 0
    reply_type: str = ""
    reply: bytes = b""
    ended: threading.Event = field(default_factory=threading.Event)

    def check(self) -> None:
        """Both directions fit the document: path, method, parameters, bodies, media types."""
        parts = self.path.split("/")
        assert parts[:3] == ["", "v1", "points"], self.path
        operation = DOCUMENT["paths"]["/v1/points/{point}/" + "/".join(parts[4:])][self.method.lower()]
        assert self.headers["authorization"].startswith("Bearer ")
        known = {one["name"]: one for one in operation.get("parameters", ())}
        assert set(self.query) <= set(known)
        assert {name for name, one in known.items() if one["in"] == "query" and one["required"]} <= set(self.query)
        for name, (value,) in self.query.items():
            schema = known[name]["schema"]
            validate(schema, float(value) if schema["type"] == "number" else value)
        if "requestBody" in operation:
            assert self.headers["content-type"] == "application/json"
            validate(operation["requestBody"]["content"]["application/json"]["schema"], json.loads(self.body))
        else:
            assert self.body == b""
        content = operation["responses"][str(self.status)]["content"]
        validate(content[self.reply_type]["schema"], json.loads(self.reply))


class Recorder:
    """ASGI in the middle: passes everything on and remembers it."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self.exchanges: list[Exchange] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        query = urllib.parse.parse_qs(scope["query_string"].decode(), keep_blank_values=True)
        exchange = Exchange(scope["method"], scope["path"], query, headers)
        self.exchanges.append(exchange)

        async def hear() -> Any:
            message = await receive()
            exchange.body += message.get("body", b"")
            return message

        async def say(message: Any) -> None:
            if message["type"] == "http.response.start":
                exchange.status = message["status"]
                exchange.reply_type = dict(message["headers"])[b"content-type"].decode()
            exchange.reply += message.get("body", b"")
            await send(message)

        try:
            await self.app(scope, hear, say)
        finally:
            exchange.ended.set()

    def check(self) -> None:
        """Each exchange that was answered, once the server's side of it is done."""
        for exchange in self.exchanges:
            assert exchange.ended.wait(10), exchange.path
            if exchange.status:
                exchange.check()
