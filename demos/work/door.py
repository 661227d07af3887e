"""What the server answers at all: an allow-list in front of Gradio, which by itself would do more than this app needs.

Gradio fetches any address for any visitor (`/gradio_api/file=http://...`, or an address in the place of a file), opens
ways round its queue, and keeps what is never deleted. Here a request passes if its route is known, its host and origin
are ours, and every file that it names lies in this run's own folder. What is refused gets one sentence, as JSON.
"""

from __future__ import annotations

import contextlib
import errno
import inspect
import ipaddress
import json
import os
import re
import socket
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from . import pictures, sweeper, words

MAX_UPLOAD = 31 * 2**20  # bytes of a request with a file: one of 30 MB, and what is written round it
MAX_BODY = 16 * 2**20  # bytes of any other
_ID = r"[\w-]{1,128}"
_GET = re.compile(
    rf"""/|/config|/theme\.css|/favicon\.ico|/robots\.txt|/manifest\.json|/pwa_icon(/\d+)?|/(assets|static|svelte)/.+|/picture/(?P<picture>[\w.]{{1,40}})
    |/gradio_api/(info|openapi\.json|app_id|theme\.css|startup-events|upload_progress|queue/(data|status)|heartbeat/{_ID}
    |call/(v2/)?(?P<name>{_ID})/{_ID}|file=(?P<file>.+))""",
    re.X,
)
# `run/predict` is the way of the few events that do not wait in the queue; Gradio refuses all others there (api_open=False).
_POST = re.compile(
    rf"/gradio_api/((?P<upload>upload)|queue/join|cancel|reset|run/predict|call/(v2/)?(?P<name>{_ID}))"
)
_OG_URL = re.compile(rb'\s*<meta property="og:url"[^>]*>')


def of_a_full_disk(fault: BaseException | None) -> bool:
    """Whether a fault, or one of those that led to it, is that nothing more can be written."""
    while fault is not None:
        if isinstance(fault, OSError) and fault.errno in (errno.ENOSPC, errno.EDQUOT):
            return True
        fault = fault.__cause__ or fault.__context__
    return False


class Refused(Exception):
    def __init__(self, status: int, sentence: str):
        super().__init__(sentence)
        self.status, self.sentence = status, sentence


class Door:
    """An ASGI layer round the app."""

    def __init__(self, app: ASGIApp):
        self.app, self._measured = app, 0.0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            sweeper.start()
            return await self.app(scope, receive, send)
        if scope["type"] != "http":
            return await send({"type": "websocket.close", "code": 1008})
        begun = False

        async def answer(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                _guard(MutableHeaders(scope=message))
            await send(message)

        try:
            receive = await self._checked(scope, receive)
            if (scope["method"], scope["path"]) == ("HEAD", "/"):
                # Gradio asks so once whether it can be reached, waits three seconds, and gives up: a busy machine writes no page by then.
                return await Response(media_type="text/html")(scope, receive, answer)
            if kept := _picture(scope["path"]):
                return await kept(scope, receive, answer)
            await self.app(scope, receive, _own_address(answer) if scope["path"] == "/" else answer)
            _forget(scope)
        except Refused as refusal:
            fault = refusal
        except OSError as broken:
            if not of_a_full_disk(broken):
                raise
            fault = Refused(507, words.FULL_DISK)
        else:
            return
        if not begun:
            await JSONResponse({"detail": fault.sentence}, fault.status)(scope, receive, answer)

    async def _checked(self, scope: Scope, receive: Receive) -> Receive:
        """What the app reads the request from. Refused, if it does not pass."""
        headers, path, method = Headers(scope=scope), scope["path"], scope["method"]
        if not _host_is_ours(headers.get("host", "")):
            raise Refused(403, words.OTHER_NAME)
        route = (_POST if method == "POST" else _GET).fullmatch(path)
        if not route or method not in ("GET", "HEAD", "POST"):
            raise Refused(404, words.NOTHING)
        part = route.groupdict()
        if part.get("picture") and not _picture(path):
            raise Refused(404, words.NO_PICTURE)
        if part.get("file") and not _is_own(part["file"]):
            raise Refused(404, words.GONE)
        if method == "POST" and not _origin_is_ours(headers):
            raise Refused(403, words.OTHER_SITE)
        if method == "POST" or part["name"]:
            await _filled(scope)
        if part["name"] and part["name"] not in (names := _names(scope)):
            raise Refused(404, words.NO_ENDPOINT.format(names=", ".join(sorted(names))))
        if method != "POST":
            return receive
        if part["upload"]:
            await self._make_room()
            return _limited(receive, MAX_UPLOAD)
        body = b"".join([chunk async for chunk in _chunks(_limited(receive, MAX_BODY))])
        value = _read(body)
        _check_files(value)
        if part["name"]:
            _check_kinds(scope, part["name"], value)
        return _replayed(body, receive)

    async def _make_room(self) -> None:
        """Before an upload, at most once in five seconds: the sweeper's own rounds are minutes apart."""
        if time.monotonic() - self._measured < 5:
            return
        self._measured = time.monotonic()
        if await run_in_threadpool(sweeper.size) > sweeper.ROOM:
            await run_in_threadpool(sweeper.sweep, None, sweeper.ROOM * 3 // 4)


# -- who asks -----------------------------------------------------------------------------------------------------------


def _named(variable: str) -> set[str]:
    return {host.strip().lower() for host in os.environ.get(variable, "").split(",") if host.strip()}


def _host_is_ours(host: str) -> bool:
    """Another name that leads to this machine is how a page elsewhere would read from it (DNS rebinding); an address in
    figures cannot be. On a Space everybody may ask, under whatever name."""
    if os.environ.get("SPACE_ID"):
        return True
    try:
        name = (urlsplit(f"//{host}").hostname or "").rstrip(".")
    except ValueError:
        return False
    with contextlib.suppress(ValueError):
        return bool(ipaddress.ip_address(name))
    own = socket.gethostname().lower()
    return name in {"localhost", own, f"{own}.local"} | _named("I2I_HOSTS") or name.endswith(".localhost")


def _origin_is_ours(headers: Headers) -> bool:
    """Programs send no origin; a browser does, with all that a page posts."""
    if (origin := headers.get("origin")) is None:
        return True
    place = origin.partition("://")[2].lower()
    ours = {headers.get("host", "").lower()} | _named("I2I_HOSTS") | _named("SPACE_HOST")
    if os.environ.get("SPACE_ID"):
        ours.add(headers.get("x-forwarded-host", "").lower())
    return bool(place) and place in ours


async def _filled(scope: Scope) -> None:
    """Once all that events need is there: a page may stand before it is."""
    if fill := getattr(scope["app"].get_blocks(), "fill", None):
        await run_in_threadpool(fill)


def _names(scope: Scope) -> set[str]:
    """Of the endpoints that are told of."""
    fns = scope["app"].get_blocks().fns.values()
    return {fn.api_name for fn in fns if fn.api_name and fn.api_visibility == "public"}


# -- what it brings -----------------------------------------------------------------------------------------------------


def _is_own(path: str) -> bool:
    """A file in this run's folder, wherever links lead. An address is none."""
    try:
        whole, home = os.path.realpath(path), os.path.realpath(sweeper.folder())
        return whole.startswith(home + os.sep) and os.path.isfile(whole)
    except (OSError, ValueError):
        return False


def _dicts(value) -> Iterator[dict]:
    """All in a value out of JSON, however deep."""
    left = [value]
    while left:
        value = left.pop()
        if isinstance(value, dict):
            yield value
            left.extend(value.values())
        elif isinstance(value, list):
            left.extend(value)


def _read(body: bytes):
    try:
        return json.loads(body or b"{}")
    except (ValueError, RecursionError):
        raise Refused(400, words.NO_JSON) from None


# What JSON schema calls a kind of value: its Python types.
_KINDS = {"object": dict, "array": list, "string": str, "number": (int, float), "integer": (int, float)}


def _check_kinds(scope: Scope, name: str, value) -> None:
    """What an endpoint is sent, by the place in a list or by name, is of the kind that its inputs say. Gradio would break off
    without a word to the caller. None passes: it stands for what is left out."""
    (fn, *_) = (fn for fn in scope["app"].get_blocks().fns.values() if fn.api_name == name)
    names = [*inspect.signature(fn.fn).parameters]
    body = value if isinstance(value, dict) else {}
    listed = body.get("data") if "/v2/" not in scope["path"] else [body.get(name) for name in names]
    if not isinstance(listed, list):
        raise Refused(400, words.NO_DATA)
    for wanted, component, given in zip(names, fn.inputs, listed, strict=False):
        form = component.api_info().get("type")
        kind = _KINDS.get(form, object)
        if given is not None and (
            not isinstance(given, kind) or (isinstance(given, bool) and kind is not object)
        ):
            raise Refused(400, words.WRONG_KIND.format(name=wanted, kind=words.KINDS[form]))


def _check_files(value) -> None:
    for part in _dicts(value):
        meta = part.get("meta")
        is_file = isinstance(meta, dict) and meta.get("_type") == "gradio.FileData"
        if ("path" in part or is_file) and not (isinstance(part.get("path"), str) and _is_own(part["path"])):
            raise Refused(400, words.GONE)


async def _chunks(receive: Receive):
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Refused(400, words.BROKE_OFF)
        more = message.get("more_body", False)
        yield message.get("body", b"")


def _limited(receive: Receive, most: int) -> Receive:
    read = 0

    async def counting() -> Message:
        nonlocal read
        message = await receive()
        read += len(message.get("body", b""))
        if read > most:
            megabytes = (most >> 20) - (most == MAX_UPLOAD)
            raise Refused(413, words.TOO_LARGE.format(megabytes=megabytes))
        return message

    return counting


def _replayed(body: bytes, receive: Receive) -> Receive:
    """The body at once; from then on what comes, which is that the visitor has gone."""
    told = False

    async def once() -> Message:
        nonlocal told
        if told:
            return await receive()
        told = True
        return {"type": "http.request", "body": body, "more_body": False}

    return once


def _forget(scope: Scope) -> None:
    """A call without a session gets one of its own, named after the call; once it is answered nobody can come back to it."""
    if scope["path"].startswith("/gradio_api/call/") and scope["method"] == "GET":
        holder, session = scope["app"].get_blocks().state_holder, scope["path"].rpartition("/")[2]
        with holder.lock:
            holder.session_data.pop(session, None)
            holder.time_last_used.pop(session, None)


# -- what goes back -----------------------------------------------------------------------------------------------------


def _picture(path: str) -> Response | None:
    """One of the page's own; its address is made from what it holds, so that a browser may keep it."""
    found = pictures.picture(path.removeprefix("/picture/"))
    return found and Response(
        found[0], media_type=found[1], headers={"Cache-Control": "public, max-age=31536000, immutable"}
    )


def _guard(headers: MutableHeaders) -> None:
    """No guessing of types; the address, which holds a drawing, is not told to others; no other site's frame but Spaces'."""
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "same-origin"
    frames = " https://huggingface.co https://*.hf.space" if os.environ.get("SPACE_ID") else ""
    headers["Content-Security-Policy"] = f"frame-ancestors 'self'{frames}"


def _own_address(answer: Send) -> Send:
    """The page without the address that Gradio's template gives as its own: gradio.app."""
    start: Message = {}

    async def changed(message: Message) -> None:
        nonlocal start
        if message["type"] == "http.response.start":
            start = message
            return
        if start:
            message["body"] = _OG_URL.sub(b"", message.get("body", b""))
            headers = MutableHeaders(scope=start)
            if message["body"] and not message.get("more_body"):
                headers["content-length"] = str(len(message["body"]))
            await answer(start)
            start = {}
        await answer(message)

    return changed
