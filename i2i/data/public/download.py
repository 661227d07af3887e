"""Fetch a dataset of the catalogue: mirrors, resume, checksum, then one rename into place.

What is under way lies in `ROOT/.fetching/NAME/`: `FILE.part` with a note of what it is a part of
(`FILE.part.json`), and `FILE` once it is whole and checked. The set itself is laid out in
`ROOT/.NAME.unpacking` and renamed to `ROOT/NAME` when complete, so a folder of that name is never half a
dataset, whenever the process dies.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx
from tqdm import tqdm

from .catalogue import Dataset, File
from .layouts import _DAMAGE, UNPACK, DownloadError, Layout, _make_sure_of_room

TRIES = 4  # connections to one mirror, as long as each brings something
PAUSE = 1.0  # seconds between them
UNPACKED = 1.2  # unpacked size over archive size: images hardly compress


class _Fault(Exception):
    """What is wrong with one mirror: the next one is tried."""


class _Cut(_Fault):
    """The connection broke: the same mirror may go on where it stopped."""


def fetch(
    dataset: Dataset,
    root: Path,
    *,
    say: Callable[[str], object] = print,
    progress: bool = True,
    timeout: float = 20,
) -> Path:
    """Fetch `dataset` into `root/NAME` and return that folder; nothing is done if it is there.

    `say` receives licence, citation and results, one line each; `timeout` is in seconds, for a connection and
    for each silence on it. A fetch that was broken off, by whatever, goes on from where it was.

    Raises DownloadError if no mirror served a file, with each host and its fault; if a checksum is not that
    of the catalogue, or of the first fetch; if the disk is full; if an archive is damaged or reaches outside.
    """
    root = Path(root)
    place, desk = root / dataset.name, root / ".fetching" / dataset.name
    if place.is_dir() and any(place.iterdir()):
        say(f"{dataset.name} is already in {place}; remove that folder to fetch it again.")
        return place
    if not dataset.files:
        raise DownloadError(f"{dataset.name} cannot be fetched: {dataset.note}.")
    say(f"{dataset.title}, from {dataset.home}")
    say(f"Licence: {dataset.licence}. Please cite: {dataset.cite}.")
    if dataset.note:
        say(f"Note: {dataset.note}")

    record = root / f"{dataset.name}.sha256"
    with _plain_words(root):
        desk.mkdir(parents=True, exist_ok=True)
        trusted = _read_record(record)
        arrived = sum(path.stat().st_size for path in desk.iterdir())
        _make_sure_of_room(root, sum(file.bytes or 0 for file in dataset.files) - arrived)
        seen = {}
        with httpx.Client(follow_redirects=True, timeout=timeout, headers={"User-Agent": "i2i"}) as client:
            for file in dataset.files:
                seen[file.name] = _get(client, file, desk, trusted.get(file.name), record, progress)
        if dataset.layout == "archive":
            _make_sure_of_room(root, UNPACKED * sum((desk / name).stat().st_size for name in seen))
        _lay_out(dataset, desk, place, seen)
        new = {file.name: seen[file.name] for file in dataset.files if not file.sha256}
        if new and new != trusted:
            record.write_text("".join(f"{digest}  {name}\n" for name, digest in new.items()))
            for name, digest in new.items():
                say(f"No checksum of {name} is known; recorded in {record}: sha256 {digest}")
        shutil.rmtree(desk)
    say(f"{dataset.name} is in {place}.")
    return place


# One file.


def _get(
    client: httpx.Client, file: File, desk: Path, trusted: str | None, record: Path, progress: bool
) -> str:
    """Bring `desk/NAME` to be whole and checked, from the first mirror that can; return its sha256."""
    whole, part = desk / file.name, desk / f"{file.name}.part"
    expected = (file.sha256 or trusted or "").lower()
    if whole.exists() and (digest := _sha256(whole)).startswith(expected):
        return digest
    faults = []
    for url in file.urls:
        resumed = part.exists()
        try:
            _pull(client, url, file, part, progress)
            digest = _sha256(part)
            if resumed and not digest.startswith(expected):  # the old half may be the bad one: from nothing
                _forget(part)
                _pull(client, url, file, part, progress)
                digest = _sha256(part)
            _check(part, digest, expected, record if trusted and not file.sha256 else None)
        except _Fault as fault:
            at = urlsplit(url)
            faults.append(f"{at.scheme}://{at.netloc} ({fault})")
            continue
        os.replace(part, whole)
        _forget(part)
        return digest
    kept = "; what arrived is kept, and the next run resumes it" if _read_note(part) else ""
    raise DownloadError(f"{file.name} could not be fetched from {', '.join(faults)}{kept}.")


def _check(part: Path, digest: str, expected: str, record: Path | None) -> None:
    """Raise a fault, and remove the part, unless it is what was to come."""
    with open(part, "rb") as bytes_:
        page = bytes_.read(512).lstrip().lower().startswith((b"<!doctype html", b"<html"))
    if page:
        _forget(part)
        raise _Fault("sent a web page in place of the file")
    if not digest.startswith(expected):
        _forget(part)
        since = f"recorded in {record} at the first fetch" if record else "expected"
        raise _Fault(f"its sha256 is {digest[:12]}…, not {expected[:12]}… as {since}")


def _pull(client: httpx.Client, url: str, file: File, part: Path, progress: bool) -> None:
    """Stream `url` until the part is complete, connecting again while that helps."""
    for left in reversed(range(TRIES)):
        before = part.stat().st_size if part.exists() else 0
        try:
            return _stream(client, url, file, part, progress)
        except _Cut:
            if not left or part.stat().st_size <= before:
                raise
            time.sleep(PAUSE)


def _stream(client: httpx.Client, url: str, file: File, part: Path, progress: bool) -> None:
    """One connection: ask for what is missing, append it, and raise _Cut if it was not all."""
    known = _read_note(part)
    have = part.stat().st_size if known else 0
    if have and have == known["size"]:
        return
    ask = {"Accept-Encoding": "identity"}  # the file as it lies there: lengths and checksums are its own
    if have:
        ask["Range"] = f"bytes={have}-"
        if known["url"] == url and known["etag"]:
            ask["If-Range"] = known["etag"]
    try:
        with client.stream("GET", url, headers=ask) as answer:
            status, (size, start) = answer.status_code, _extent(answer)
            if have and status == 416:  # there is no such place in the file: it is another one now
                _forget(part)
                return _stream(client, url, file, part, progress)
            if status != 200 and not (have and status == 206):
                raise _Fault(f"answered {status} {answer.reason_phrase}".rstrip())
            if answer.headers.get("Content-Type", "").startswith("text/html"):
                raise _Fault("sent a web page in place of the file")
            if size and file.bytes and size != file.bytes:
                raise _Fault(f"offers {size:,} bytes in place of {file.bytes:,}")
            if status == 206 and (start, size) != (have, known["size"]):
                _forget(part)
                return _stream(client, url, file, part, progress)
            _make_sure_of_room(part.parent, (size or 0) - start)
            with open(part, "ab" if start else "wb") as out:
                if not start:
                    etag = answer.headers.get("ETag", "")
                    etag = "" if etag.startswith("W/") else etag  # a weak one does not promise the same bytes
                    _note(part).write_text(json.dumps({"url": url, "etag": etag, "size": size}))
                hidden = None if progress else True  # None: shown on a terminal only
                with tqdm(
                    total=size, initial=start, unit="B", unit_scale=True, desc=file.name, disable=hidden
                ) as bar:
                    for chunk in answer.iter_raw():
                        out.write(chunk)
                        bar.update(len(chunk))
    except httpx.TransportError as error:
        raise _broken(error, part) from error
    except httpx.HTTPError as error:
        raise _Fault(str(error)) from error
    got, due = part.stat().st_size, size or file.bytes
    if due and got != due:
        raise _Cut(f"sent {got:,} of {due:,} bytes")


def _broken(error: httpx.TransportError, part: Path) -> _Fault:
    """A broken connection in words: a cut if something of the file is here, so that going on makes sense."""
    if isinstance(error, httpx.ConnectTimeout):
        return _Fault("no answer")
    if isinstance(error, (httpx.ConnectError, httpx.UnsupportedProtocol)):
        return _Fault(f"no connection: {error}")
    why = "fell silent" if isinstance(error, httpx.TimeoutException) else "broke off"
    if not part.exists():
        return _Fault(why)
    known = _read_note(part)
    of = f" of {known['size']:,}" if known else ""
    return _Cut(f"{why} after {part.stat().st_size:,}{of} bytes")


def _extent(answer: httpx.Response) -> tuple[int | None, int]:
    """The size of the whole file, if told, and the offset at which this answer starts (-1: not told)."""
    if answer.status_code == 206:
        told = re.fullmatch(r"bytes (\d+)-\d+/(\d+)", answer.headers.get("Content-Range", ""))
        return (int(told[2]), int(told[1])) if told else (None, -1)
    length = answer.headers.get("Content-Length", "")
    return (int(length) if length.isdigit() else None), 0


def _note(part: Path) -> Path:
    return part.with_name(f"{part.name}.json")


def _read_note(part: Path) -> dict | None:
    """What the part is a part of, {url, etag, size}; None if it cannot be resumed."""
    try:
        note = json.loads(_note(part).read_text())
    except (OSError, ValueError):
        return None
    return note if part.exists() and note.get("size") else None


def _forget(part: Path) -> None:
    part.unlink(missing_ok=True)
    _note(part).unlink(missing_ok=True)


def _sha256(path: Path) -> str:
    with open(path, "rb") as file:
        digest = hashlib.sha256()
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def _read_record(record: Path) -> dict[str, str]:
    """{file name: sha256} of the first fetch, in the format of sha256sum."""
    if not record.exists():
        return {}
    lines = (line.partition("  ") for line in record.read_text(encoding="utf-8").splitlines())
    return {name: digest for digest, _, name in lines}


@contextmanager
def _plain_words(root: Path) -> Iterator[None]:
    """Turn what the disk objects to into a sentence."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DownloadError(
                f"The disk of {root} is full: free some space and run again; what has arrived is kept, and "
                "the next run resumes it."
            ) from error
        raise DownloadError(f"{error.filename or root}: {error.strerror or error}.") from error


def _lay_out(dataset: Dataset, desk: Path, place: Path, seen: dict[str, str]) -> None:
    """Lay the set out beside `place`, then rename. An unreadable file goes if no checksum vouches for it."""
    layout: Layout = UNPACK[dataset.layout] if isinstance(dataset.layout, str) else dataset.layout
    bench = place.with_name(f".{dataset.name}.unpacking")
    shutil.rmtree(bench, ignore_errors=True)  # of a run that was killed
    try:
        bench.mkdir()
        layout({name: desk / name for name in seen}, bench)
        readme = bench / "README.md"
        if not readme.exists():  # the terms travel with the data
            readme.write_text(_readme(dataset, seen), encoding="utf-8")
        if place.exists():
            place.rmdir()  # it was empty: see fetch
        os.rename(bench, place)
    except _DAMAGE as error:
        for file in dataset.files:
            if not file.sha256:
                (desk / file.name).unlink(missing_ok=True)
        raise DownloadError(
            f"{dataset.name} arrived but cannot be unpacked ({error or type(error).__name__}); "
            "what no checksum vouches for is removed, so run again to fetch it anew."
        ) from error
    finally:
        shutil.rmtree(bench, ignore_errors=True)


def _readme(dataset: Dataset, seen: dict[str, str]) -> str:
    lines = [
        f"# {dataset.title}",
        f"- home: {dataset.home}",
        f"- licence: {dataset.licence}",
        f"- cite: {dataset.cite}",
        f"- split: {dataset.split}" if dataset.split else "",
        f"- note: {dataset.note}" if dataset.note else "",
        *(f"- made from {name}, sha256 {digest}" for name, digest in seen.items()),
    ]
    return "\n".join(filter(None, lines)) + "\n"
