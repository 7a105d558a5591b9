"""What happened, one JSON object a line, without a word of what it was about.

What enters: the name of an event, and numbers; a record of Python's `logging`. What leaves: lines on standard error or in a
file that is kept to a size. What it does not know: what the events mean.

Nothing can get in by mistake: an event has a name and fields of fixed names, whose values are numbers or short identifiers. Of
what others log (libraries, too) there is the level, the module, and of an error its class and the places in the source; the
text of a message or an error is left out, since it may quote a paper, a question, a name or a path. Off until `begin` is called.
"""

from __future__ import annotations

import json
import logging
import os
import re
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType

from ratsassistent.errors import InputError

VARIABLE = "RATSASSISTENT_PROTOKOLL"  # "stderr", or a folder; handed on to the worker
STDERR = "stderr"
MOST_BYTES, KEPT = 10_000_000, 5  # of a file; files that are kept beside it
FIELDS = frozenset(
    {"answered", "attempts", "bytes", "code", "deleted", "error", "failed", "files", "job", "kind", "meetings", "mode", "objects",
     "ordered", "outcome", "pages", "papers", "places", "requests", "seconds", "skipped", "state", "status", "version"}
)  # fmt: skip
_SAFE = re.compile(r"[A-Za-z0-9äöüß_.:+<>-]{1,80}")
_events = logging.getLogger("ratsassistent.ereignisse")
_PLACES = 12  # of an error, the innermost last

Value = str | float | bool | None


def note(event: str, **fields: Value) -> None:
    """Note that something happened; a field or value that is not as it has to be is left out."""
    if _events.isEnabledFor(logging.INFO) and is_on():
        _events.info(event, extra={"fields": fields})


@contextmanager
def timed(event: str, **fields: Value) -> Iterator[dict[str, Value]]:
    """Note an event with how long the block took, and with the class of an error that left it; more fields may be put in."""
    more: dict[str, Value] = dict(fields)
    began = time.monotonic()
    try:
        yield more
    except BaseException as error:
        note(event, **{**more, "error": type(error).__name__, "seconds": round(time.monotonic() - began, 3)})
        raise
    note(event, **{**more, "seconds": round(time.monotonic() - began, 3)})


def begin(name: str, target: str | None = None) -> bool:
    """Write the log from now on, and hand the choice on to processes started later; says whether there is one.

    :param name: of the program, for the name of its file: two processes never write to one.
    :param target: "stderr" or a folder; None: what the environment says.
    :raises InputError: the folder cannot be written.
    """
    target = target or os.environ.get(VARIABLE) or ""
    if not target:
        return False
    os.environ[VARIABLE] = target
    handler: logging.Handler
    if target == STDERR:
        handler = logging.StreamHandler()
    else:
        try:
            Path(target).mkdir(parents=True, exist_ok=True, mode=0o700)
            file = Path(target).absolute() / f"{safe(name) or 'ratsassistent'}.jsonl"
            handler = RotatingFileHandler(file, maxBytes=MOST_BYTES, backupCount=KEPT, encoding="utf-8")
        except OSError as error:
            raise InputError(f"In den Ordner {target} lässt sich kein Protokoll schreiben.") from error
    handler.setFormatter(Lines())
    root = logging.getLogger()
    for old in list(root.handlers):
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    _events.setLevel(logging.INFO)
    logging.captureWarnings(True)
    logging.raiseExceptions = False  # else a full disk would print what could not be written
    sys.excepthook = _crashed
    threading.excepthook = lambda args: _crashed(args.exc_type, args.exc_value, args.exc_traceback)
    return True


def is_on() -> bool:
    """Whether anything is written."""
    return any(isinstance(handler.formatter, Lines) for handler in logging.getLogger().handlers)


def end() -> None:
    """Write no more; for tests."""
    root = logging.getLogger()
    for handler in [one for one in root.handlers if isinstance(one.formatter, Lines)]:
        root.removeHandler(handler)
        handler.close()
    sys.excepthook = sys.__excepthook__
    threading.excepthook = threading.__excepthook__
    logging.captureWarnings(False)
    logging.raiseExceptions = True
    os.environ.pop(VARIABLE, None)


class Lines(logging.Formatter):
    """A record as one line of JSON, without its text."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        out: dict[str, Value | list[str]] = {
            "time": f"{stamp}.{int(record.msecs):03d}Z",
            "level": record.levelname.lower(),
            "pid": record.process,
        }
        if record.name == _events.name:
            out["event"] = safe(str(record.msg)) or "?"
            fields = getattr(record, "fields", {})
        else:
            out |= {"event": "message", "module": safe(record.name), "line": record.lineno}
            fields = {}
        out |= {
            name: given for name, value in fields.items() if name in FIELDS and (given := _value(value)) is not None
        }
        if record.exc_info and record.exc_info[0] is not None:
            out |= {"error": record.exc_info[0].__name__, "places": _places(record.exc_info[2])}
        return json.dumps(out, ensure_ascii=False)


def safe(text: str) -> str | None:
    """A short identifier; None for anything else."""
    return text if _SAFE.fullmatch(text) else None


def _value(value: object) -> Value:
    if isinstance(value, bool | int | float):
        return value
    return safe(value) if isinstance(value, str) else None


def _places(trace: TracebackType | None) -> list[str]:
    """Where an error was, without the lines of source and without values."""
    frames = traceback.extract_tb(trace, limit=-_PLACES) if trace else []
    return [f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames]


def _crashed(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt | SystemExit):
        return
    _events.error("crash", extra={"fields": {}}, exc_info=(kind, error or kind(), trace))
