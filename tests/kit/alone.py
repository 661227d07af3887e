"""Run in a network namespace of its own: what the app fetches for a stranger. Prints how often the outside was asked, how many
packets were meant for an address that is not in here (a name server's, too), and the answers."""

from __future__ import annotations

import contextlib
import http.server
import json
import socket
import subprocess
import sys
import threading
from pathlib import Path

from kit.served import serving

OUTSIDE = "8.8.4.4"  # a public address; in here it is this machine's own


class _Outside(http.server.BaseHTTPRequestHandler):
    asked = 0

    def do_GET(self):
        type(self).asked += 1
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"from outside")

    do_HEAD = do_GET
    log_message = lambda *_: None  # noqa: E731


def unrouted() -> int:
    """Packets and connections, of this namespace, that had no way to where they were meant to go."""
    names, values = (
        line.split()
        for line in Path("/proc/net/snmp").read_text(encoding="utf-8").splitlines()
        if line.startswith("Ip:")
    )
    return int(values[names.index("OutNoRoutes")])


def main(home: Path, code: str) -> None:
    for words in ("link set lo up", f"addr add {OUTSIDE}/32 dev lo"):
        subprocess.run(["ip", *words.split()], check=True)
    outside = http.server.ThreadingHTTPServer((OUTSIDE, 80), _Outside)
    threading.Thread(target=outside.serve_forever, daemon=True).start()
    before = unrouted()  # Python's server has asked for its own name
    url = f"http://{OUTSIDE}/x.png"
    file = {"path": url, "url": url, "meta": {"_type": "gradio.FileData"}}
    with serving(home, code) as server, server.client() as http_client:
        answers = [
            http_client.get(f"/file={url}"),
            http_client.head(f"/file={url}"),
            http_client.get(f"/file/{url}"),
            http_client.get(f"/proxy={url}"),
            http_client.post("/call/turn", json={"data": [file]}),
            http_client.post("/call/v2/turn", json={"file": file}),
            http_client.post("/run/turn", json={"data": [file]}),
            http_client.post("/api/turn", json={"data": [file]}),
            http_client.post("/run/predict", json={"data": [file], "fn_index": 0}),
            http_client.post("/queue/join", json={"data": [file], "fn_index": 0, "session_hash": "a"}),
            http_client.post(
                "/queue/join", json={"data": [[{"deep": [file]}]], "fn_index": 0, "session_hash": "a"}
            ),
        ]
        told = [[a.status_code, a.text[:200]] for a in answers]
        for answer in answers:
            if answer.status_code == 200 and "event_id" in answer.text:
                with http_client.stream("GET", f"/call/turn/{answer.json()['event_id']}") as stream:
                    list(stream.iter_lines())
    lost = unrouted() - before
    with contextlib.suppress(OSError):
        socket.create_connection(("8.8.8.8", 53), timeout=1)
    counts = unrouted() > before + lost  # else the count would say nothing
    print(json.dumps({"asked": _Outside.asked, "lost": lost, "counts": counts, "answers": told}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
