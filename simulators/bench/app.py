"""The bench over HTTP, on loopback only: the page, the state and its changes, the kiosk's screen, acts.

Another web page in the same browser can do nothing here: the Host must be loopback, and an act must say that it is
JSON, which a foreign page may not without asking first, and is never allowed; nor may one frame this page, to have it
clicked on unseen.
"""

import asyncio
import html
import io
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated, Any

import cv2
import numpy as np
import segno
import zxingcpp
from fastapi import Body, FastAPI, HTTPException, Query, Request, Response
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, StreamingResponse

from simulators.bench.doing import ACTS, do, text_of
from simulators.bench.stage import Stage
from simulators.readers import Eye, Printer
from simulators.twins import Unfit

PAGE = Path(__file__).parent / "page"
HOSTS = re.compile(r"(127\.0\.0\.1|localhost|\[::1\])(:\d+)?")
EVERY_S = 0.1
BODY_MAX = 10_000
LINEAR = {"ean13": zxingcpp.BarcodeFormat.EAN13, "code128": zxingcpp.BarcodeFormat.Code128}


def make_app(stage: Stage) -> FastAPI:
    """The application over a running stage."""
    app = FastAPI(title="Shuxiang bench", version="1", description=_description(), docs_url=None, redoc_url=None)

    @app.middleware("http")
    async def ours_only(request: Request, call_next: Any) -> Any:
        host, origin = request.headers.get("host", ""), request.headers.get("origin")
        if not HOSTS.fullmatch(host) or (origin and not HOSTS.fullmatch(origin.removeprefix("http://"))):
            return JSONResponse({"detail": "the bench answers its own page on this machine only"}, 403)
        if request.method == "POST":
            if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
                return JSONResponse({"detail": "an act is Content-Type: application/json"}, 415)
            length = request.headers.get("content-length", "")
            if not (length.isdigit() and int(length) <= BODY_MAX):
                return JSONResponse({"detail": f"an act has at most {BODY_MAX} bytes"}, 413)
        answer = await call_next(request)
        answer.headers["Cache-Control"] = "no-store"
        answer.headers["Content-Security-Policy"] = "frame-ancestors 'none'"
        return answer

    @app.get("/api/state")
    def state() -> dict[str, Any]:
        """The whole state."""
        return stage.state

    @app.get("/api/events")
    async def events() -> StreamingResponse:
        """Server-sent events: the state at once, and whenever it changed."""
        return StreamingResponse(_events(stage), media_type="text/event-stream")

    @app.post("/api/act")
    def act(said: Annotated[dict[str, Any], Body(examples=[{"act": "push", "door": "3"}])]) -> dict[str, bool]:
        """Do something; see the list above."""
        arguments = {key: value for key, value in said.items() if key != "act"}
        try:
            do(stage, str(said.get("act", "")), arguments)
        except Unfit as why:
            raise HTTPException(422, str(why)) from None
        return {"ok": True}

    @app.get("/api/screen")
    async def screen() -> StreamingResponse:
        """The kiosk's screen, a picture whenever it changed."""
        _display(stage)
        return StreamingResponse(_pictures(stage), media_type="multipart/x-mixed-replace; boundary=frame")

    @app.get("/api/screen.png")
    def one_picture() -> Response:
        """The kiosk's screen now."""
        return Response(_encode(".png", _display(stage).picture()), media_type="image/png")

    @app.get("/api/paper/{device}.png")
    def paper(device: str) -> Response:
        """What has been printed since it was torn off, drawn."""
        try:
            return Response(stage.point.twin(device, Printer).printer.picture(), media_type="image/png")
        except Unfit as why:
            raise HTTPException(404, str(why)) from None

    @app.get("/api/eye/{device}.jpg")
    def eye(device: str) -> Response:
        """What a camera sees now."""
        try:
            return Response(stage.point.twin(device, Eye).camera.sees(), media_type="image/jpeg")
        except Unfit as why:
            raise HTTPException(404, str(why)) from None

    @app.get("/api/label.svg")
    def label(text: Annotated[str, Query(max_length=512)], kind: str) -> Response:
        """A label drawn: ean13, code128 or qr."""
        try:
            drawn = _svg(text_of(stage, text), kind)
            return Response(drawn, media_type="image/svg+xml", headers={"Cache-Control": "no-store"})
        except Unfit as why:
            raise HTTPException(404, str(why)) from None

    @app.get("/")
    def page() -> FileResponse:
        """The page."""
        return _file("index.html")

    @app.get("/docs")
    def docs() -> HTMLResponse:
        """This list, from /openapi.json, without a script: a technician is offline."""
        return HTMLResponse(_docs(app.openapi()))

    @app.get("/page/{name}")
    def file(name: str) -> FileResponse:
        """What belongs to the page."""
        return _file(name)

    return app


def _docs(openapi: dict[str, Any]) -> str:
    paths = "".join(
        f"<dt><code>{method.upper()} {html.escape(path)}</code><dd>{html.escape(told['description'])}"
        for path, methods in openapi["paths"].items()
        for method, told in methods.items()
    )
    info = openapi["info"]
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{info["title"]}</title>'
        f"<h1>{info['title']}</h1><dl>{paths}</dl><pre>{html.escape(info['description'])}</pre>"
    )


def _description() -> str:
    lines = (f"- `{name}` {_arguments(function)}: {function.__doc__}" for name, function in sorted(ACTS.items()))
    return "Acts, as the body of `POST /api/act` with their name as `act`:\n\n" + "\n".join(lines)


def _arguments(function: Any) -> str:
    return ", ".join(name for name in function.__annotations__ if name not in ("stage", "return"))


def _file(name: str) -> FileResponse:
    known = {path.name: path for path in PAGE.iterdir() if path.is_file()}
    if name not in known:
        raise HTTPException(404, "there is no such file")
    return FileResponse(known[name])


async def _events(stage: Stage) -> AsyncIterator[str]:
    n = -1
    while not stage.closing:
        state = await asyncio.to_thread(stage.newer, n, 1.0)
        if state is None:
            yield ": alive\n\n"
            continue
        n = state["n"]
        yield f"data: {json.dumps(state, ensure_ascii=False)}\n\n"
        await asyncio.sleep(EVERY_S)


def _display(stage: Stage) -> Any:
    if not stage.panel.display:
        raise HTTPException(404, f"there is no screen here: {stage.panel.no_display}")
    return stage.panel.display


async def _pictures(stage: Stage) -> AsyncIterator[bytes]:
    before: np.ndarray[Any, Any] | None = None
    while not stage.closing:
        picture = await asyncio.to_thread(stage.panel.display.picture)  # type: ignore[union-attr]
        if before is None or not np.array_equal(picture, before):
            before = picture
            jpeg = await asyncio.to_thread(_encode, ".jpg", picture)
            part = b"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n%s\r\n" % (len(jpeg), jpeg)
            yield part + part  # a browser shows a part only once the next one has come
        await asyncio.sleep(EVERY_S)


def _encode(kind: str, picture: np.ndarray[Any, Any]) -> bytes:
    done, data = cv2.imencode(kind, picture)
    assert done
    return data.tobytes()


def _svg(text: str, kind: str) -> str:
    try:
        if kind == "qr":
            qr = io.BytesIO()  # svg_inline leaves out the namespace, without which no browser draws it as a picture
            segno.make_qr(text).save(qr, kind="svg", scale=4, border=4, dark="#000", light="#fff")
            return qr.getvalue().decode()
        svg = zxingcpp.create_barcode(text, LINEAR[kind]).to_svg(add_hrt=True, add_quiet_zones=True)
    except KeyError:
        raise HTTPException(422, f"no kind {kind!r}; there are ean13, code128, qr") from None
    except ValueError as error:
        raise HTTPException(422, f"that cannot be printed as {kind}: {error}") from None
    return str(svg)
