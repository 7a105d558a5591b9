"""Tür: was ein Angreifer über die Seite versuchen kann, gegen den echten Server, mit und ohne unsere Prüfung davor.

    nice -n 19 python benchmarks/tuer.py [--ohne-pruefung] [--json DATEI]

`--ohne-pruefung` startet dieselbe Seite so, wie Gradio sie von sich aus anbietet: zum Vergleich, was ohne uns möglich wäre.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import secrets
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

OTHER = 65534  # the user "nobody"
SECRET = "GEHEIM-4711"


class Target:
    """The served page, asked with raw bytes."""

    def __init__(self, port: int) -> None:
        self.port = port

    def ask(
        self, method: str, path: str, heads: dict[str, str] | None = None, body: bytes = b"", host: str | None = None
    ) -> tuple[int, bytes]:
        given = {"Host": host or f"127.0.0.1:{self.port}", "Connection": "close", **(heads or {})}
        if body and "Content-Length" not in given and "Transfer-Encoding" not in given:
            given["Content-Length"] = str(len(body))
        head = "".join(f"{n}: {v}\r\n" for n, v in given.items())
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=30) as made:
                made.sendall(f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode("latin-1") + body)
                came = b""
                while len(came) < 3_000_000:
                    part = made.recv(65536)
                    if not part:
                        break
                    came += part
                    if b"ALIVE" in came:
                        break
        except OSError as error:
            return 0, str(error).encode()
        found = re.match(rb"HTTP/1.1 (\d+)", came)
        return int(found[1]) if found else 0, came

    def upload(self, *files: tuple[str, bytes], heads: dict[str, str] | None = None) -> tuple[int, bytes]:
        mark = secrets.token_hex(8)
        body = (
            b"".join(
                f'--{mark}\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\nContent-Type: application/pdf\r\n\r\n'.encode()
                + data
                + b"\r\n"
                for name, data in files
            )
            + f"--{mark}--\r\n".encode()
        )
        return self.ask(
            "POST",
            "/gradio_api/upload",
            {"Content-Type": f"multipart/form-data; boundary={mark}", **(heads or {})},
            body,
        )

    def join(self, number: int, data: list[Any], tab: str = "angriff") -> tuple[int, bytes]:
        body = json.dumps(
            {"data": data, "fn_index": number, "session_hash": tab, "event_data": None, "trigger_id": None}
        ).encode()
        return self.ask("POST", "/gradio_api/queue/join", {"Content-Type": "application/json"}, body)


def file_attacks(target: Target, data: Path) -> dict[str, list[str]]:
    """Every way to a file that the page did not make; for each kind what came of each try."""
    database = data / "nichtoeffentlich" / "archiv.sqlite"
    uploads = Path(os.environ["GRADIO_TEMP_DIR"])
    status, came = target.upload(("meine.html", f"<script>{SECRET}</script>".encode()))
    named = re.findall(r'\["([^"]+)"', came.decode("utf-8", "replace"))
    own = named[0] if named else str(uploads / "fehlt")
    link = uploads / ("c" * 64)
    link.mkdir(exist_ok=True)
    (link / "verweis.pdf").unlink(missing_ok=True)
    (link / "verweis.pdf").symlink_to(data / "geheim.txt")
    paths = {
        "fremde Datei des Rechners": ["/etc/passwd", "/proc/self/environ", "../../../../etc/passwd", "%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
                                      "..%2f..%2f..%2f..%2fetc%2fpasswd", "%252e%252e%252fetc%252fpasswd", "/etc/./passwd", "//etc/passwd",
                                      "file:///etc/passwd", "\\\\boese\\freigabe\\x", "/etc/passwd%00.png", "C:\\Windows\\win.ini"],
        "Datenbank und Unterlagen": [str(database), quote(str(database)), str(database).upper(), f"{uploads}/../nichtoeffentlich/archiv.sqlite",
                                     f"{uploads}/..%2fnichtoeffentlich%2farchiv.sqlite", str(data / "geheim.txt")],
        "Abgelegtes anderer": [own, f"{link}/verweis.pdf", str(uploads)],
        "fremde Adresse, vom Server geholt": ["https://example.com/", "http://127.0.0.1:1/", "http://169.254.169.254/latest/meta-data/",
                                              "http://[::1]:1/", "https://example.com@127.0.0.1/"],
    }  # fmt: skip
    found: dict[str, list[str]] = {}
    for kind, several in paths.items():
        for path in several:
            for route in (
                "/gradio_api/file=",
                "/gradio_api/file/",
                "/file=",
                "/gradio_api/proxy=",
                "/static/",
                "/assets/",
                "/svelte/",
            ):
                status, came = target.ask("GET", route + path)
                body = came.partition(b"\r\n\r\n")[2]
                leaked = (
                    b"root:" in body or SECRET.encode() in body or body[:6] == b"SQLite" or b"Example Domain" in body
                )
                tried = status == 502 or b"Could not fetch" in body
                found.setdefault(kind, []).append(
                    "herausgegeben" if leaked else "Verbindung versucht" if tried else str(status)
                )
    return found


def name_attacks(target: Target) -> dict[str, list[str]]:
    evil = "boese.example"
    routes = [("GET", "/"), ("GET", "/config"), ("GET", "/gradio_api/info"), ("POST", "/gradio_api/queue/join"), ("POST", "/gradio_api/upload"),
              ("GET", "/gradio_api/queue/data?session_hash=a"), ("GET", "/gradio_api/heartbeat/a"), ("GET", "/theme.css"), ("OPTIONS", "/gradio_api/queue/join"),
              ("POST", "/gradio_api/cancel"), ("GET", "/gradio_api/startup-events"), ("GET", "/gradio_api/file=/etc/passwd")]  # fmt: skip
    found: dict[str, list[str]] = {}
    for method, path in routes:
        for kind, heads, host in (
            ("fremder Host (DNS-Rebinding)", {}, evil),
            ("fremder Host, X-Forwarded-Host gefälscht", {"X-Forwarded-Host": f"127.0.0.1:{target.port}"}, evil),
            ("fremde Origin", {"Origin": f"http://{evil}", "Access-Control-Request-Method": "POST"}, None),
            ("Origin null", {"Origin": "null"}, None),
            (
                "anderer Anschluss desselben Rechners",
                {"Origin": "http://127.0.0.1:1", "Sec-Fetch-Site": "same-site"},
                None,
            ),
            (
                "als Bild auf fremder Seite",
                {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"},
                None,
            ),
        ):
            status, _ = target.ask(method, path, dict(heads), b"{}" if method == "POST" else b"", host)
            found.setdefault(kind, []).append(str(status))
    for _ in range(3):
        status, _ = target.ask(
            "GET",
            "/",
            {
                "Upgrade": "websocket",
                "Sec-WebSocket-Version": "13",
                "Sec-WebSocket-Key": "x" * 22 + "==",
                "Connection": "Upgrade",
            },
        )
        found.setdefault("WebSocket", []).append(str(status))
    return found


def surface(target: Target) -> dict[str, list[str]]:
    paths = ["/docs", "/redoc", "/openapi.json", "/gradio_api/openapi.json", "/gradio_api/info", "/config", "/monitoring", "/monitoring/summary",
             "/gradio_api/vibe-code", "/gradio_api/queue/status", "/gradio_api/dev/reload", "/gradio_api/runs", "/gradio_api/token", "/gradio_api/deep_link?session_hash=a",
             "/login", "/logout", "/pwa_icon", "/gradio_api/stream/a/b/1/playlist-file", "/gradio_api/custom_component/a/client/b/c", "/manifest.json"]  # fmt: skip
    return {"Schnittstellen, die die Seite nicht braucht": [str(target.ask("GET", path)[0]) for path in paths[:-1]]}


def click_attacks(target: Target, data: Path, number: int, inputs: int) -> dict[str, list[str]]:
    """What a forged click can name as a file."""
    uploads = Path(os.environ["GRADIO_TEMP_DIR"])
    found: dict[str, list[str]] = {}
    for path in ("/etc/passwd", str(data / "geheim.txt"), str(uploads), str(uploads / ".." / "geheim.txt"), "https://example.com/x.pdf",
                 f"{uploads}/{'c' * 64}/verweis.pdf"):  # fmt: skip
        given = [[{"path": path, "meta": {"_type": "gradio.FileData"}, "orig_name": "x.pdf"}]] + [None] * (inputs - 1)
        status, _ = target.join(number, given)
        time.sleep(1.0)
        there = (data / "geheim.txt").exists() and uploads.exists()
        found.setdefault("gefälschter Klick nennt eine Datei", []).append(
            str(status) if there else f"{status}, Datenordner gelöscht"
        )
        if not there:
            break
    deep = b"[" * 200_000
    for body in (b"", b"{", b"null", deep, b'{"data":' + deep, b"x" * 3_000_000):
        status, _ = target.ask("POST", "/gradio_api/queue/join", {"Content-Type": "application/json"}, body)
        found.setdefault("unsinnige und riesige Klicks", []).append(str(status))
    return found


def upload_attacks(target: Target) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name in (
        "../../../boese.pdf",
        "..\\..\\boese.pdf",
        "/etc/cron.d/boese",
        "x.pdf\0.exe",
        "a" * 5000 + ".pdf",
        ".htaccess",
        "CON",
        "x.pdf/",
    ):
        status, _ = target.upload((name, b"%PDF-1.4"))
        outside = any(Path(p).exists() for p in ("/etc/cron.d/boese", "/boese.pdf", "/tmp/boese.pdf"))
        found.setdefault("Dateinamen, die hinausführen", []).append("geschrieben!" if outside else str(status))
    status, _ = target.upload(*[(f"{n}.pdf", b"x") for n in range(1001)])
    found["1001 Dateien auf einmal"] = [str(status)]
    status, _ = target.ask(
        "POST",
        "/gradio_api/upload",
        {"Content-Length": "9000000000", "Content-Type": "multipart/form-data; boundary=x"},
    )
    found["9 GB angekündigt"] = [str(status)]
    found["60 Ablagen hintereinander"] = [str(target.upload((f"{n}.pdf", b"x"))[0]) for n in range(60)]
    return found


def neighbours(port: int) -> dict[str, list[str]]:
    if os.name != "posix" or os.getuid():
        return {}
    code = (
        "import socket,sys\n"
        "for heads in ('', 'X-Forwarded-For: 127.0.0.1\\r\\n', 'Origin: http://127.0.0.1:%s\\r\\n' % sys.argv[1]):\n"
        "  for path in ('/', '/theme.css', '/gradio_api/app_id', '/gradio_api/queue/data?session_hash=a'):\n"
        "    s=socket.create_connection(('127.0.0.1',int(sys.argv[1])),timeout=20)\n"
        "    s.sendall(('GET %s HTTP/1.1\\r\\nHost: 127.0.0.1:%s\\r\\n%sConnection: close\\r\\n\\r\\n' % (path,sys.argv[1],heads)).encode())\n"
        "    print(s.recv(12).decode()[9:])\n"
    )
    python = "/usr/bin/python3" if Path("/usr/bin/python3").exists() else sys.executable
    done = subprocess.run([python, "-c", code, str(port)], user=OTHER, capture_output=True, text=True, check=False)
    return {"anderer Benutzer desselben Rechners": done.stdout.split()}


def timing() -> dict[str, list[str]]:
    """Whether the time of an answer tells a name that exists from one that does not."""
    from ratsassistent.people import People

    with tempfile.TemporaryDirectory() as folder:
        clock = [1_800_000_000.0]
        people = People(Path(folder), lambda: clock[0])
        people.add("Anna Beck", "ein langes Kennwort")
        _ = people.nobody
        took: dict[str, list[float]] = {"Anna Beck": [], "Niemand": []}
        for n in range(30):
            for name, several in took.items():
                clock[0] += 100_000
                begun = time.process_time()
                people.sign_in(name, f"falsch {n}", "10.0.0.7")
                several.append(time.process_time() - begun)
        return {"Rechenzeit einer falschen Anmeldung in ms (Mitte von 30): Name da / nicht da":
                [f"{statistics.median(v) * 1000:.0f}" for v in took.values()]}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ohne-pruefung", action="store_true")
    parser.add_argument("--port", type=int, default=18400)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    from ratsassistent.output import page
    from ratsassistent.settings import Settings

    if args.ohne_pruefung:
        page._guarded_app = lambda *_: None
    with tempfile.TemporaryDirectory(prefix="tuer-") as made:
        data = Path(made) / "daten"
        data.mkdir()
        (data / "geheim.txt").write_text(SECRET)
        blocks, address = page.start(Settings(data, (Path(made) / "modelle",), port=args.port))
        target = Target(int(address.rstrip("/").rpartition(":")[2]))
        number, fn = next((n, f) for n, f in blocks.fns.items() if any(e == "upload" for _, e in f.targets))
        found: dict[str, list[str]] = {}
        for made_of in (
            lambda: name_attacks(target), lambda: surface(target), lambda: neighbours(target.port), lambda: file_attacks(target, data),
            lambda: upload_attacks(target), lambda: click_attacks(target, data, number, len(fn.inputs)), timing,
        ):  # fmt: skip
            found |= made_of()
        blocks.close(verbose=False)
    for kind, results in found.items():
        counts = {one: results.count(one) for one in dict.fromkeys(results)}
        print(
            f"| {kind} | {len(results)} | {', '.join(f'{one}: {n}' if n > 1 or len(counts) > 1 else one for one, n in counts.items())} |"
        )
    if args.json:
        args.json.write_text(json.dumps(found, ensure_ascii=False, indent=1), "utf-8")


if __name__ == "__main__":
    main()
