"""Who may ask the page's server: by which name, from where, for what; how much may be handed in; who has signed in."""

from __future__ import annotations

import gzip
import json
import os
import socket
import subprocess
import sys
import time
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from asked import Echo, Reply, ask, form

from ratsassistent.errors import InputError, RatsassistentError, UsageError
from ratsassistent.output import page_neighbours, page_serving, page_uploads
from ratsassistent.output.page_door import Door, Refused
from ratsassistent.output.page_guard import PERSON, Guard
from ratsassistent.output.page_neighbours import Neighbours
from ratsassistent.output.page_signin import SignIn
from ratsassistent.output.page_uploads import Uploads
from ratsassistent.people import People
from ratsassistent.settings import Settings, read_settings

EVIL = "http://boese.example"
JOIN = "/gradio_api/queue/join"
UPLOAD = "/gradio_api/upload"
PATHS = ["/", "/theme.css", "/assets/x.js", "/static/a.js", JOIN, "/gradio_api/upload", "/gradio_api/queue/data?session_hash=a",
         "/gradio_api/heartbeat/a", "/gradio_api/cancel", "/gradio_api/startup-events", "/anmelden", "/config", "/gradio_api/file=/etc/passwd"]  # fmt: skip
BEHIND = Door(names=frozenset({"rat.example", "10.0.0.2"}), secure=True, proxy="10.0.0.9", bound="10.0.0.2")
PROXY = ("10.0.0.9", 5000)
GOOD = "vier Wörter sind genug"


def method_of(path: str) -> str:
    return "POST" if any(word in path for word in ("join", "upload", "cancel")) else "GET"


def asked(reached: Echo, door: Door | None = None, path: str = "/", **heads: Any) -> Reply:
    return ask(Guard(reached, door), path, method_of(path), body=b"{}", **heads)


# --- names, origins, addresses


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "heads",
    [
        {"host": "boese.example"},
        {"host": "boese.example:7860"},
        {"host": "127.0.0.1.boese.example"},
        {"host": "127.0.0.1@boese.example"},
        {"host": "boese.example#127.0.0.1"},
        {"host": "[::ffff:127.0.0.1]:7860"},
        {"host": "0.0.0.0:7860"},
        {"host": "2130706433:7860"},
        {"host": ""},
        {"origin": EVIL},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:9999"},
        {"origin": "http://localhost:7860"},
        {"origin": "https://127.0.0.1:7860"},
        {"origin": "http://127.0.0.1:7860.boese.example"},
        {"sec_fetch_site": "cross-site", "sec_fetch_mode": "no-cors", "sec_fetch_dest": "image"},
        {"sec_fetch_site": "cross-site", "sec_fetch_mode": "navigate", "sec_fetch_dest": "iframe"},
        {"sec_fetch_site": "same-site", "sec_fetch_mode": "cors", "sec_fetch_dest": "empty"},
        {"host": "boese.example", "x_forwarded_host": "127.0.0.1:7860", "x_forwarded_for": "127.0.0.1"},
    ],
)  # fmt: skip
def test_other_names_and_other_pages_get_nothing(path: str, heads: dict[str, str]) -> None:
    reached = Echo()
    assert asked(reached, path=path, **heads).status == 403
    assert reached.scopes == []


def test_two_hosts_and_sockets_of_another_kind_get_nothing() -> None:
    reached = Echo()
    door = Door()
    twice = {"type": "http", "method": "GET", "path": "/", "client": None,
             "headers": [(b"host", b"127.0.0.1"), (b"host", b"boese.example")]}  # fmt: skip
    assert isinstance(door.why_not(twice), Refused)
    sent: list[Any] = []

    async def socket_() -> None:
        async def receive() -> Any:
            return {"type": "websocket.connect"}

        async def send(message: Any) -> None:
            sent.append(message)

        await Guard(reached)({"type": "websocket", "path": "/", "headers": []}, receive, send)

    import asyncio

    asyncio.run(socket_())
    assert sent == [{"type": "websocket.close", "code": 1008}]
    assert reached.scopes == []


@pytest.mark.parametrize(
    "heads",
    [
        {},
        {"host": "localhost:9000"},
        {"origin": "http://127.0.0.1:7860", "sec_fetch_site": "same-origin"},
        {"sec_fetch_site": "none", "sec_fetch_mode": "navigate", "sec_fetch_dest": "document"},
        {
            "sec_fetch_site": "cross-site",
            "sec_fetch_mode": "navigate",
            "sec_fetch_dest": "document",
        },  # a link in a mail
    ],
)
def test_a_person_at_this_machine_gets_the_page(heads: dict[str, str]) -> None:
    assert asked(Echo(), **heads).status == 200


@pytest.mark.parametrize(
    "path",
    ["/config", "/docs", "/openapi.json", "/gradio_api/openapi.json", "/gradio_api/info", "/gradio_api/file=/etc/passwd",
     "/gradio_api/file%3D/etc/passwd", "/gradio_api/file/etc/passwd", "/gradio_api/file=https://boese.example/x", "/gradio_api/proxy=http://127.0.0.1/",
     "/gradio_api/stream/a/b/1/playlist-file", "/monitoring", "/monitoring/summary", "/gradio_api/vibe-code", "/gradio_api/deep_link?session_hash=a",
     "/gradio_api/run/x", "/gradio_api/call/x", "/gradio_api/api/x", "/gradio_api/component_server", "/gradio_api/process_recording",
     "/gradio_api/dev/reload", "/gradio_api/runs", "/gradio_api/run-history/records", "/login", "/logout", "/gradio_api/token", "/gradio_api/user",
     "/pwa_icon", "/gradio_api/custom_component/x/client/a/b", "/static/../x", "/assets/%2e%2e/%2e%2e/etc/passwd", "/assets/..%2f..%2fx",
     "/assets/..%5c..%5cx", "/assets//etc/passwd", "/assets/%00", "//", "/daten/archiv.sqlite"],
)  # fmt: skip
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "OPTIONS"])
def test_what_the_page_does_not_need_is_not_there(path: str, method: str) -> None:
    reached = Echo()
    reply = ask(Guard(reached), path, method, body=b"{}")
    assert (reply.status, reached.scopes) == (404, [])
    assert reply.text == "Diese Adresse gibt es hier nicht."


def test_the_server_believes_nobody_about_where_he_comes_from() -> None:
    reached = Echo()
    asked(reached, x_forwarded_host="boese.example", x_forwarded_proto="https", forwarded="for=1", x_gradio_server="x")
    assert {name for name, _ in reached.scopes[0]["headers"]} == {b"host"}
    assert reached.scopes[0]["scheme"] == "http"


def test_nothing_of_the_page_stays_in_a_browser_that_others_use() -> None:
    assert asked(Echo()).head("cache-control") == "no-store"
    assert asked(Echo(), path="/gradio_api/queue/data?session_hash=a").head("cache-control") == "no-store"
    assert asked(Echo(), path="/assets/x.js").head("cache-control") == ""
    for path in ("/", "/assets/x.js", "/config"):
        reply = asked(Echo(), path=path)
        assert reply.head("x-frame-options") == "DENY"
        assert (
            reply.head("referrer-policy") == "same-origin"
        )  # with "no-referrer" a browser's own form comes from `null`
        assert reply.head("cross-origin-resource-policy") == "same-origin"
        assert "frame-ancestors 'none'" in reply.head("content-security-policy")


def test_behind_a_proxy_only_the_proxy_may_ask() -> None:
    heads = {"host": "rat.example", "x_forwarded_for": "1.2.3.4, 192.168.0.5"}
    reached = Echo()
    assert asked(reached, BEHIND, client=PROXY, **heads).status == 200
    assert reached.scopes[0]["scheme"] == "https"
    assert asked(reached, BEHIND, client=("10.0.0.10", 5000), **heads).status == 403
    assert asked(reached, BEHIND, client=("10.0.0.2", 5000), **heads).status == 403  # itself, only at its start
    assert (
        asked(reached, BEHIND, path="/gradio_api/startup-events", client=("10.0.0.2", 1), host="10.0.0.2").status == 200
    )
    assert asked(reached, BEHIND, client=PROXY, host="127.0.0.1:7860").status == 403  # a proxy that hides the name
    scope = {"client": PROXY, "headers": [(b"x-forwarded-for", b"1.2.3.4, 192.168.0.5")]}
    assert BEHIND.address_of(scope) == "192.168.0.5"  # what the proxy itself has seen, not what it was told
    assert Door().address_of({**scope, "client": ("127.0.0.1", 1)}) == "127.0.0.1"


# --- other users of this machine


def test_a_connection_of_ones_own_is_known() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        neighbours = Neighbours(server.getsockname()[1])
        assert not neighbours.is_one(*client.getsockname())
        assert neighbours.is_one("192.168.0.5", client.getsockname()[1])
        if sys.platform == "linux":
            assert neighbours.is_one("127.0.0.1", 1)  # nobody's


@pytest.mark.skipif(sys.platform != "linux" or os.getuid() != 0, reason="only root can be somebody else")
def test_another_user_of_this_machine_is_turned_away() -> None:
    code = "import socket,sys\ns=socket.create_connection(('127.0.0.1',int(sys.argv[1])))\nprint(s.getsockname()[1],flush=True)\nsys.stdin.read()"
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        command = ["/usr/bin/python3" if os.path.exists("/usr/bin/python3") else sys.executable, "-c", code, str(port)]
        with subprocess.Popen(command, user=65534, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
            assert other.stdout
            theirs = int(other.stdout.readline())
            assert Neighbours(port).is_one("127.0.0.1", theirs)
            other.kill()
        time.sleep(0.05)
        assert Neighbours(port).is_one("127.0.0.1", theirs), "what it left behind is not taken for root's"


@pytest.mark.parametrize(
    ("uid", "inode", "theirs"), [("{me}", "77", False), ("4711", "77", True), ("0", "77", False), ("0", "0", True)]
)
def test_whose_a_connection_is_stands_in_the_table(
    uid: str, inode: str, theirs: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not hasattr(os, "getuid"):
        pytest.skip("Linux")
    line = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
    line += f"   0: 0100007F:9C40 0100007F:1EB4 01 00000000:00000000 00:00000000 00000000 {uid.format(me=os.getuid())} 0 {inode} 1\n"
    (tmp_path / "tcp").write_text(line)
    monkeypatch.setattr(page_neighbours, "_TABLES", {4: tmp_path / "tcp"})
    assert Neighbours(7860, platform="linux").is_one("127.0.0.1", 40000) == theirs


def test_on_windows_the_process_tells(monkeypatch: pytest.MonkeyPatch) -> None:
    psutil = page_neighbours.psutil

    class Process:
        def __init__(self, pid: int = 1) -> None:
            self.pid = pid

        def username(self) -> str:
            if self.pid == 3:
                raise psutil.AccessDenied
            return {1: "RATHAUS\\ich", 2: "RATHAUS\\ich", 4: "RATHAUS\\sie"}[self.pid]

    def connection(pid: int) -> Any:
        address = type("addr", (tuple,), {})
        return type(
            "C", (), {"pid": pid, "laddr": address(("127.0.0.1", 40000 + pid)), "raddr": address(("127.0.0.1", 7860))}
        )()

    monkeypatch.setattr(psutil, "Process", Process)
    monkeypatch.setattr(psutil, "net_connections", lambda _: [connection(pid) for pid in (2, 3, 4)])
    told = [Neighbours(7860, platform="win32").is_one("127.0.0.1", 40000 + pid) for pid in (2, 3, 4, 5)]
    assert told == [False, True, True, True]


def test_the_page_for_one_turns_neighbours_away_unless_told_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    door = page_serving.for_one(Settings(tmp_path, ())).door
    assert asked(Echo(), door, client=("127.0.0.1", 1)).status == 403 or sys.platform != "linux"
    monkeypatch.setenv("RATSASSISTENT_ANDERE_BENUTZER", "ja")
    assert page_serving.for_one(read_settings(tmp_path)).door.is_neighbour is None


# --- what is handed in


@pytest.fixture
def uploads(tmp_path: Path) -> Uploads:
    return Uploads(tmp_path, 1000)


def upload(uploads: Uploads, size: int, *, announced: bool = True, reached: Echo | None = None) -> Reply:
    heads = {"content_length": str(size)} if announced else {}
    chunks = [b"x" * 500] * (size // 500) or [b""]
    return ask(Guard(reached or Echo(), uploads=uploads), "/gradio_api/upload", "POST", body=chunks, **heads)


def test_uploads_have_a_size_a_number_and_a_time(uploads: Uploads, monkeypatch: pytest.MonkeyPatch) -> None:
    reached = Echo()
    assert upload(uploads, 2000, reached=reached).status == 200
    assert upload(uploads, 4500, reached=reached).status == 413
    assert upload(uploads, 4500, announced=False, reached=reached).status == 413
    assert not reached.bodies[1].startswith(b"x" * 4001), "the rest is not even handed on"
    assert upload(uploads, 2500, reached=reached).status == 429  # 2000 and 4500 bytes in ten minutes
    monkeypatch.setattr(uploads, "_clock", lambda: time.time() + page_uploads.WINDOW_S + 1)
    assert [upload(uploads, 500).status for _ in range(9)] == [200] * 8 + [429]
    monkeypatch.setattr(uploads, "_clock", lambda: time.time() + 2 * page_uploads.WINDOW_S + 2)
    assert [upload(uploads, 0).status for _ in range(41)] == [200] * 40 + [429]


def parts(number: int, size: int = 1) -> bytes:
    head = b'--grenze\r\nContent-Disposition: form-data; name="files"; filename="a.pdf"\r\n\r\n'
    return (head + b"x" * size + b"\r\n") * number + b"--grenze--\r\n"


@pytest.mark.parametrize("boundary", ["grenze", '"grenze"'])
@pytest.mark.parametrize("piece", [7, 1000, 10_000_000])
def test_more_files_than_can_be_held_open_are_refused_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, boundary: str, piece: int
) -> None:
    monkeypatch.setattr(page_uploads, "MOST_FILES", 5)
    uploads = Uploads(tmp_path, 100_000)

    def handed_in(number: int) -> tuple[Reply, Echo]:
        body, reached = parts(number), Echo()
        chunks = [body[n : n + piece] for n in range(0, len(body), piece)]
        kind = f"multipart/form-data; boundary={boundary}"
        return ask(Guard(reached, uploads=uploads), UPLOAD, "POST", body=chunks, content_type=kind), reached

    fits, reached = handed_in(5)
    assert fits.status == 200
    assert reached.bodies == [parts(5)]
    refused, reached = handed_in(6)
    assert (refused.status, refused.text) == (413, page_uploads.MANY.reason)
    assert reached.bodies[0].count(b"--grenze\r\n") <= 6


def test_what_gradio_has_written_of_a_refused_upload_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else it would lie there for an hour, and count against everybody's space."""
    from gradio.route_utils import GradioMultiPartParser, MultiPartException
    from starlette.datastructures import Headers

    monkeypatch.setattr(page_uploads, "MOST_FILES", 3)
    left: list[list[Path]] = []

    async def gradio_(scope: Any, receive: Any, send: Any) -> None:
        async def stream() -> Any:
            while True:
                message = await receive()
                yield message["body"]
                if not message["more_body"]:
                    return

        parser = GradioMultiPartParser(
            Headers(raw=scope["headers"]), stream(), upload_dir=tmp_path, max_file_size=10_000
        )
        with pytest.raises(MultiPartException):
            await parser.parse()
        left.append(list(tmp_path.iterdir()))
        await send({"type": "http.response.start", "status": 400, "headers": []})
        await send({"type": "http.response.body", "body": b"in English"})

    kind = "multipart/form-data; boundary=grenze"
    for most, size, piece in ((100_000, 10, 90), (100_000, 10, 13), (300, 100, 90)):
        body = parts(4, size)
        chunks = [body[n : n + piece] for n in range(0, len(body), piece)]
        guard = Guard(gradio_, uploads=Uploads(tmp_path, most // 4))
        refused = ask(guard, UPLOAD, "POST", body=chunks, content_type=kind)
        assert refused.status == 413
        assert "viel" in refused.text
    assert left == [[], [], []]


def test_a_full_disk_and_what_lies_around_are_minded(uploads: Uploads, monkeypatch: pytest.MonkeyPatch) -> None:
    for n in range(4):
        folder = uploads.folder / (str(n) * 64)
        folder.mkdir()
        (folder / "x.pdf").write_bytes(b"x" * 1000)
    assert upload(uploads, 500).status == 429
    monkeypatch.setattr(uploads, "_clock", lambda: time.time() + page_uploads.LEFT_S + 1)
    assert upload(uploads, 500).status == 200
    assert list(uploads.folder.iterdir()) == []
    monkeypatch.setattr(page_uploads.shutil, "disk_usage", lambda _: type("D", (), {"free": 1000})())
    assert upload(uploads, 500).status == 507


def test_only_what_was_handed_in_is_taken_for_a_file(uploads: Uploads, tmp_path: Path) -> None:
    folder = tmp_path / ("a" * 64)
    folder.mkdir()
    good = folder / "sitzung.pdf"
    good.write_bytes(b"%PDF-")
    (folder / "link.pdf").symlink_to("/etc/passwd")
    (tmp_path / ("b" * 64)).symlink_to("/etc", target_is_directory=True)
    (folder / "tief").mkdir()
    (folder / "tief" / "x.pdf").write_bytes(b"")
    wrong = [tmp_path, folder, tmp_path.parent, "/etc/passwd", folder / "link.pdf", folder / "fehlt.pdf", "sitzung.pdf", "", None, 7,
             tmp_path / ("b" * 64) / "passwd", folder / "tief" / "x.pdf", f"{folder}/../{folder.name}/sitzung.pdf", f"{good}\0.txt",
             "http://boese.example/x.pdf", "file:///etc/passwd", "\\\\boese\\x.pdf"]  # fmt: skip
    for path in wrong:
        named = path if path is None or isinstance(path, int) else str(path)
        reached = Echo()
        body = json.dumps(
            {"data": [[{"path": str(good)}, {"path": named, "meta": {"_type": "gradio.FileData"}}]]}
        ).encode()
        assert ask(Guard(reached, uploads=uploads), JOIN, "POST", body=body).status == 403, path
        assert reached.bodies == []
    reached = Echo()
    body = json.dumps({"data": [[{"path": str(good)}]], "session_hash": "a"}).encode()
    assert ask(Guard(reached, uploads=uploads), JOIN, "POST", body=[body[:10], body[10:]]).status == 200
    assert reached.bodies == [body]


@pytest.mark.parametrize("body", [b"", b"[]", b"kein JSON", b"\xff", b"[" * 100_000])
def test_what_is_no_click_is_refused(body: bytes) -> None:
    assert ask(Guard(Echo()), JOIN, "POST", body=body).status == 400


def test_a_click_is_not_longer_than_clicks_are() -> None:
    assert ask(Guard(Echo()), JOIN, "POST", body=[b"x" * 1_000_000] * 3).status == 413


# --- signing in


@pytest.fixture
def people(tmp_path: Path) -> People:
    made = People(tmp_path, hasher=PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    made.add("Anna <b>Beck</b>", GOOD)
    made.add("Eve", "auch ein langes Kennwort")
    return made


class House:
    """A page for several people, and what reached it."""

    def __init__(self, people: People) -> None:
        self.reached, self.door = Echo(), Door(names=frozenset({"rat.example"}), secure=True)
        self.guard = Guard(self.reached, self.door, around=lambda app: SignIn(app, people, self.door), ticks={9})

    def ask(self, path: str = "/", method: str = "GET", token: str = "", **more: Any) -> Reply:
        cookie = {"cookie": f"x=1; __Host-ratsassistent={token}"} if token else {}
        return ask(self.guard, path, method, **{"host": "rat.example", "client": ("10.0.0.7", 1), **cookie, **more})

    def sign_in(self, name: str, password: str, **more: Any) -> Reply:
        return self.ask("/anmelden", "POST", body=form(name=name, kennwort=password), **more)

    def token(self, name: str = "Anna <b>Beck</b>", password: str = GOOD) -> str:
        return self.sign_in(name, password).head("set-cookie").partition("=")[2].partition(";")[0]


@pytest.fixture
def house(people: People) -> House:
    return House(people)


class Tags(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


@pytest.mark.parametrize("path", [p for p in PATHS if p not in {"/", "/anmelden", "/gradio_api/startup-events"}])
def test_without_signing_in_nothing_is_to_be_had(house: House, path: str) -> None:
    for token in ("", "erfunden", "x" * 5000, "\r\nx: y"):
        reply = house.ask(path, method_of(path), token, body=b"{}")
        assert (reply.status, reply.text) == (401, "Sie sind nicht angemeldet.")
    assert house.reached.scopes == []
    assert house.ask("/").head("location") == "/anmelden"


def test_signing_in_gives_a_cookie_that_only_this_server_gets(house: House) -> None:
    reply = house.sign_in("anna <b>beck</b>", GOOD)
    assert (reply.status, reply.head("location")) == (303, "/")
    name, *rules = reply.head("set-cookie").split("; ")
    assert name.startswith("__Host-ratsassistent=")
    assert set(rules) == {"Path=/", "HttpOnly", "SameSite=Strict", "Secure"}
    page = house.ask("/", token=house.token()).text
    assert house.reached.scopes[-1][PERSON][1] == "Anna <b>Beck</b>"
    assert "Angemeldet: Anna &lt;b&gt;Beck&lt;/b&gt;" in page
    packed = house.ask("/", token=house.token(), accept_encoding="br, gzip")
    assert packed.head("content-encoding") == "gzip"
    assert gzip.decompress(packed.body).decode() == page


def test_the_sign_in_page_is_plain_and_works_without_script(house: House) -> None:
    wrong = house.sign_in('"><script>alert(1)</script>', "falsch")
    policy = wrong.head("content-security-policy")
    assert "default-src 'none'" in policy
    assert wrong.head("referrer-policy") == "same-origin"
    assert "unsafe" not in policy
    tags = Tags(wrong.text).found
    names = [tag for tag, _ in tags]
    assert "script" not in names
    labels = {given["for"] for tag, given in tags if tag == "label"}
    fields = {given["id"]: given for tag, given in tags if tag == "input"}
    assert labels == set(fields) == {"name", "kennwort"}
    assert fields["name"]["value"] == '"><script>alert(1)</script>'
    assert fields["kennwort"]["aria-describedby"] == "hinweis"
    assert "value" not in fields["kennwort"]
    assert [given for _, given in tags if given.get("role") == "alert"]
    assert tags[0] == ("html", {"lang": "de"})
    assert house.ask("/anmelden").status == 200
    assert Tags(house.ask("/anmelden").text).found[0] == ("html", {"lang": "de"})


def test_wrong_tries_look_the_same_and_are_slowed_down(house: House) -> None:
    known = [house.sign_in("Eve", "falsch") for _ in range(6)]
    unknown = [house.sign_in("Adam", "falsch") for _ in range(6)]
    assert [r.status for r in known] == [r.status for r in unknown] == [401] * 5 + [429]
    assert [r.text for r in known] == [r.text.replace("Adam", "Eve") for r in unknown]
    assert known[5].head("retry-after") == "15"
    assert "Bitte warten Sie 15 Sekunden" in known[5].text
    assert house.sign_in("Eve", "auch ein langes Kennwort").status == 429
    assert house.sign_in("Eve", "auch ein langes Kennwort", client=("10.0.0.8", 1)).status == 303


@pytest.mark.parametrize("body", [b"", b"name=a", b"x" * 9000, b"name=a&kennwort=\xff\xfe", b"&".join([b"a=1"] * 50)])
def test_a_strange_form_lets_nobody_in(house: House, body: bytes) -> None:
    assert house.ask("/anmelden", "POST", body=body).status in {401, 413}


def test_signing_out_ends_the_session(house: House) -> None:
    token = house.token()
    assert house.ask("/abmelden", "GET", token).status == 404  # a picture on another page does not sign out
    reply = house.ask("/abmelden", "POST", token)
    assert "Max-Age=0" in reply.head("set-cookie")
    assert house.ask("/", token=token).head("location") == "/anmelden"
    assert "Sie sind abgemeldet." in house.ask(reply.head("location")).text


def test_another_page_can_neither_sign_in_nor_out_nor_click(house: House) -> None:
    token = house.token()
    count = len(house.reached.scopes)
    for path in ("/anmelden", "/abmelden", JOIN):
        assert house.ask(path, "POST", token, body=b"{}", origin=EVIL).status == 403
        assert house.ask(path, "POST", token, body=b"{}", sec_fetch_site="cross-site").status == 403
    assert len(house.reached.scopes) == count
    assert house.ask("/", token=token).status == 200


def test_a_link_from_a_mail_is_followed_once_the_cookie_comes_along(house: House) -> None:
    heads = {"sec_fetch_site": "cross-site", "sec_fetch_mode": "navigate", "sec_fetch_dest": "document"}
    assert 'http-equiv="refresh" content="0; url=/?weiter"' in house.ask("/", **heads).text
    assert house.ask("/?weiter", **heads).head("location") == "/anmelden"  # never twice
    assert house.ask("/", sec_fetch_site="same-origin").head("location") == "/anmelden"


def test_tabs_of_others_are_out_of_reach(house: House) -> None:
    anna, eve = house.token(), house.token("Eve", "auch ein langes Kennwort")
    click = json.dumps({"session_hash": "annas", "fn_index": 1, "data": []}).encode()
    assert house.ask(JOIN, "POST", anna, body=click).status == 200
    for path in ("/gradio_api/queue/data?session_hash=annas", "/gradio_api/heartbeat/annas"):
        assert house.ask(path, token=eve).status == 403
        assert house.ask(path, token=anna).status == 200
    assert house.ask(JOIN, "POST", eve, body=click).status == 403
    assert house.ask("/gradio_api/cancel", "POST", eve, body=click).status == 403


def test_only_what_a_person_does_keeps_the_session(
    house: House, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    token, now = house.token(), time.time()
    click, tick = ({"session_hash": "a", "fn_index": number, "data": []} for number in (1, 9))
    for number, sent in enumerate((tick, tick, tick, click, tick, click, tick, tick, tick)):
        monkeypatch.setattr(people, "_clock", lambda number=number: now + 3000 * (number + 1))
        assert house.ask(JOIN, "POST", token, body=json.dumps(sent).encode()).status == (401 if number == 8 else 200)
        if number == 1:  # a look at the page itself counts
            assert house.ask("/", token=token).status == 200


# --- offering the page to others


@pytest.mark.parametrize(
    ("address", "more", "says"),
    [
        ("rat.example", {}, "verschlüsselt"),
        ("rat.example", {"certificate": Path("x.pem")}, "verschlüsselt"),
        ("rat.example", {"certificate": Path("x"), "key": Path("y"), "proxy": "127.0.0.1"}, "entweder"),
        ("rat.example", {"proxy": "10.0.0.9"}, "--lauschen"),
        ("rat.example", {"proxy": "proxy.example"}, "keine IP-Adresse"),
        ("rat.example", {"proxy": "10.0.0.9", "listen": "203.0.113.77"}, "keine Adresse dieses Rechners"),
        ("localhost", {"proxy": "127.0.0.1"}, "nur den eigenen Rechner"),
        ("0.0.0.0", {"proxy": "127.0.0.1"}, "nicht 0.0.0.0"),
        ("http://rat.example/x", {"proxy": "127.0.0.1"}, "keine Adresse"),
        ("127.0.0.1.x", {"certificate": Path("fehlt.pem"), "key": Path("fehlt.key")}, "nur den eigenen"),
        ("rat.example", {"certificate": Path("fehlt.pem"), "key": Path("fehlt.key"), "listen": "127.0.0.1"}, "lassen sich nicht verwenden"),
        ("rat.example", {"proxy": "127.0.0.1"}, "noch niemand einen Zugang"),
    ],
)  # fmt: skip
def test_the_page_is_not_offered_to_others_unprotected(
    address: str, more: dict[str, Any], says: str, tmp_path: Path
) -> None:
    with pytest.raises(RatsassistentError, match=says) as told:
        page_serving.for_others(Settings(tmp_path, ()), address, **more)
    assert isinstance(told.value, UsageError | InputError)
    assert str(told.value).endswith(".")
    assert "\n" not in str(told.value)


def test_behind_a_proxy_the_page_can_be_offered(tmp_path: Path, people: People) -> None:
    made = page_serving.for_others(Settings(tmp_path, ()), "Rat.Example", proxy="127.0.0.1")
    assert (made.address, made.settings.host, made.door.secure) == ("https://rat.example/", "127.0.0.1", True)
    assert made.door.is_neighbour is None
    people.block("Eve")
    people.block("Anna <b>Beck</b>")
    with pytest.raises(InputError, match="noch niemand"):
        page_serving.for_others(Settings(tmp_path, ()), "rat.example", proxy="127.0.0.1")
