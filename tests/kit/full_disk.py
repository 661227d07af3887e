"""Run in a mount namespace of its own: what the app says when its disk is full. Prints the answers, and what the log holds."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from pathlib import Path

from PIL import Image

from kit.odd_images import packed
from kit.served import serving


def main(home: Path, code: str) -> None:
    disk = home / "uploads"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=400k", "none", str(disk)], check=True)
    image = packed(Image.effect_noise((150, 150), 80))
    with serving(home, code, TMPDIR=str(disk)) as server, server.client() as http:

        def upload():
            return http.post("/upload", files={"files": ("mine.png", image)})

        def asked(endpoint: str, *data) -> str:
            event = http.post(f"/call/{endpoint}", json={"data": data}).json()["event_id"]
            return http.get(f"/call/{endpoint}/{event}").text

        file = {"path": upload().json()[0], "meta": {"_type": "gradio.FileData"}}
        with contextlib.suppress(OSError), (disk / "full.bin").open("wb", buffering=0) as filling:
            while True:
                filling.write(bytes(500))
        told = {"upload": upload().text, "image": asked("turn", file), "file": asked("write")}
        (disk / "full.bin").unlink()
        told["later"] = asked("turn", file)
        print(json.dumps({**told, "log": server.log.read_text()}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
