"""The web page and its server: on 127.0.0.1, unless it is offered to others.

What enters: settings. What leaves: a `gradio.Blocks` (laid out in `page_layout`, wired in `page_events`), and its server.
What it does not know: what is on the page, SQL, how anything is read or written.

Nothing leaves the machine: no analytics, no web fonts, no share link; uploads lie in a folder inside the data folder
that is emptied after use; page pictures travel inside the HTML, so no file of the data folder has an address.
"""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
import webbrowser
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

from ratsassistent import __version__, deleting, event_log, language_models, pool, retention, telemetry
from ratsassistent import worker as background
from ratsassistent.errors import RatsassistentError, StorageError
from ratsassistent.fetching.keeping import keep_looking
from ratsassistent.machine import fit
from ratsassistent.output import page_serving
from ratsassistent.output.page_actions import Actions
from ratsassistent.output.page_elsewhere import Elsewhere
from ratsassistent.output.page_guard import Guard
from ratsassistent.output.page_operating import Operating
from ratsassistent.output.page_patience import be_patient
from ratsassistent.output.page_serving import Serving
from ratsassistent.output.page_signin import SignIn
from ratsassistent.output.page_uploads import Uploads, let_more_be_open
from ratsassistent.output.page_working import Work
from ratsassistent.permissions import may
from ratsassistent.settings import Settings
from ratsassistent.workspace import workspace

if TYPE_CHECKING:
    import gradio

_HERE = Path(__file__).parent
_UPLOADS = "eingang-"
_PORTS = 100  # how many ports are tried
MOST_TABS = 500  # whose state is kept in memory


def _prepare(settings: Settings) -> None:
    """Keep Gradio from talking to anyone and from writing outside the data folder; before it is imported."""
    for name in [name for name in os.environ if name.startswith("GRADIO_")]:
        del os.environ[name]  # one of them opens folders, another one the page to the internet
    os.environ["FORWARDED_ALLOW_IPS"] = ""  # the server itself believes nobody about where a request comes from
    telemetry.off()
    for name in ("NO_PROXY", "no_proxy"):  # an office proxy must not stand between the page and itself
        known = [part for part in os.environ.get(name, "").split(",") if part]
        os.environ[name] = ",".join(dict.fromkeys([*known, "127.0.0.1", "localhost", settings.host]))
    try:
        settings.data_folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for left in settings.data_folder.glob(f"{_UPLOADS}*-*"):  # of a program that was killed
            if not psutil.pid_exists(int(left.name.split("-")[1])):
                shutil.rmtree(left, ignore_errors=True)
        prefix = f"{_UPLOADS}{os.getpid()}-"
        os.environ["GRADIO_TEMP_DIR"] = tempfile.mkdtemp(prefix=prefix, dir=settings.data_folder)
    except OSError as error:
        raise StorageError(f"Der Datenordner {settings.data_folder} ist nicht beschreibbar.") from error


def build(settings: Settings) -> gradio.Blocks:
    """The page with all its wiring, not yet served.

    :raises StorageError: the data folder cannot be written.
    """
    _prepare(settings)
    from ratsassistent.output.page_layout import Page  # Gradio takes seconds to import

    blocks: gradio.Blocks = Page(Actions(settings)).blocks
    return blocks


def tidy(settings: Settings) -> None:
    """Delete what is older than it may be kept; the page opens all the same where that is not possible now."""
    with suppress(RatsassistentError), workspace(settings) as ws:
        retention.tidy(ws)
        deleting.tidy(ws)


def start(settings: Settings, offered: Serving | None = None) -> tuple[gradio.Blocks, str]:
    """Serve the page without waiting for its end; returns it with its address.

    :param offered: to whom; None: to who sits at this machine.
    :raises StorageError: the data folder cannot be written, or no port is free.
    """
    if offered is None:
        settings = replace(settings, port=_free_port(settings))
        offered = page_serving.for_one(settings)
    else:
        settings = replace(offered.settings, accounts=offered.people is not None)
        _free_port(settings, most=1)
    let_more_be_open()
    blocks = build(settings)
    pool.begin(settings)
    import gradio as gr

    fonts = ["Segoe UI", "Noto Sans", "Helvetica Neue", "Arial", "sans-serif"]
    theme = gr.themes.Base(
        primary_hue="teal", neutral_hue="stone", text_size="lg", radius_size="md", font=fonts, font_mono=["monospace"]
    )
    be_patient()
    blocks.queue(default_concurrency_limit=8, max_size=200, api_open=False)
    try:
        _, address, _ = blocks.launch(
            server_name=settings.host,
            server_port=settings.port,
            share=False,
            inbrowser=False,
            prevent_thread_lock=True,
            quiet=True,
            show_error=False,
            footer_links=[],
            run_history=False,
            enable_monitoring=False,
            ssr_mode=False,
            pwa=False,
            mcp_server=False,
            allowed_paths=[],
            blocked_paths=[str(settings.public_folder), str(settings.nonpublic_folder)],
            max_file_size=f"{settings.max_upload_mb}mb",
            state_session_capacity=MOST_TABS,
            theme=theme,
            css_paths=[_HERE / "page.css", _HERE / "page_help.css"],
            ssl_certfile=str(offered.certificate) if offered.certificate else None,
            ssl_keyfile=str(offered.key) if offered.key else None,
            ssl_verify=False,  # of the one call to itself
            _frontend=False,  # else a slow machine, that does not answer itself within three seconds, gets no page
            _app=_guarded_app(blocks, settings, offered),
        )
    except OSError as error:
        raise StorageError(
            f"Die Oberfläche ließ sich auf Anschluss {settings.port} nicht öffnen; bitte noch einmal versuchen oder mit --port einen "
            "anderen angeben."
        ) from error
    system = settings.of_system()
    tidy(system)
    work = Work(system)
    work.wake_worker()
    if language_models.server(settings) is None and fit.needs_measuring(
        settings
    ):  # once for each computer and model, while nobody has asked for anything yet
        background.ensure_worker(settings)
    background.Waker(work.wake_worker).begin()
    keep_looking(system)  # only where somebody opted in
    return blocks, offered.address or address


def _guarded_app(blocks: gradio.Blocks, settings: Settings, offered: Serving) -> Any:
    """Gradio's application with our guard around all of it, its own middleware included."""
    from gradio.routes import App, ORJSONResponse

    uploads = Uploads(Path(os.environ["GRADIO_TEMP_DIR"]), settings.max_upload_mb * 1_000_000)
    ticks = {number for number, fn in blocks.fns.items() if any(event == "tick" for _, event in fn.targets)}
    people, door = offered.people, offered.door
    elsewhere = Elsewhere(people, settings.data_folder, door, offered.address) if people and offered.address else None

    class Guarded(App):
        async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
            await watched(scope, receive, send)

    app = Guarded(default_response_class=ORJSONResponse)
    guard = Guard(
        super(Guarded, app).__call__,
        door,
        around=(lambda inner: SignIn(inner, people, door, elsewhere)) if people else None,
        uploads=uploads,
        ticks=ticks,
        may_hand_in=(lambda who: may(people.role_of(who), "take_in")) if people else None,
    )
    watched = Operating(guard, settings, door, only_here=offered.address is None)
    return app


def serve(settings: Settings, *, open_browser: bool = True, offered: Serving | None = None) -> None:
    """Serve the page until the program is ended (Ctrl+C), and say where it is.

    :param offered: to whom; None: to who sits at this machine.
    :raises StorageError: the data folder cannot be written, or no port is free.
    """
    blocks, address = start(settings, offered)
    event_log.note("started", version=__version__, mode="others" if offered else "one")
    print(f"Ratsassistent läuft unter {address} – zum Beenden Strg+C drücken.", flush=True)
    if open_browser:
        webbrowser.open(address)
    try:
        blocks.block_thread()
    finally:
        event_log.note("stopped")
        pool.end(settings)
        if uploads := os.environ.get("GRADIO_TEMP_DIR"):
            shutil.rmtree(uploads, ignore_errors=True)


def _free_port(settings: Settings, most: int = _PORTS) -> int:
    for port in range(settings.port, min(settings.port + most, 65536)):
        with socket.socket() as probe:
            if os.name != "nt":  # there the option would let two programs share a port
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((settings.host, port))
            except OSError:
                continue
            return port
    raise StorageError(f"Kein freier Anschluss (Port) ab {settings.port}; bitte andere Programme schließen.")
