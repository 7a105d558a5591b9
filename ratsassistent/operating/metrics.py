"""What is counted, in the text format of Prometheus: requests and how long they took, what waits, what there is, how full it is.

What enters: requests as they are answered, settings. What leaves: the text of `/metrics`.
What it does not know: HTTP, who may ask. No label names a person, a meeting, a search or a file.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from contextlib import suppress

from filelock import FileLock, Timeout
from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from ratsassistent import __version__, pool, sealing, worker
from ratsassistent.archive import counting
from ratsassistent.backup import known
from ratsassistent.errors import RatsassistentError
from ratsassistent.fetching import folder, opted, progress
from ratsassistent.operating import health
from ratsassistent.settings import Settings

TYPE = "text/plain; version=0.0.4; charset=utf-8"
_BUCKETS = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0)
_STATES = {"wartet": "waiting", "läuft": "running", "fertig": "done", "fehler": "failed", "abgebrochen": "cancelled",
           "pausiert": "paused"}  # fmt: skip
_KINDS = {"briefing": "briefing", "frage": "question", "vektoren": "vectors"}


class Metrics:
    """Of one program that serves the page."""

    def __init__(self, settings: Settings) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "ratsassistent_http_requests", "Requests answered", ["kind", "status"], registry=self._registry
        )
        self._seconds = Histogram(
            "ratsassistent_http_seconds", "Seconds to answer", ["kind"], buckets=_BUCKETS, registry=self._registry
        )
        ProcessCollector(registry=self._registry)
        self._registry.register(_State(settings))

    def answered(self, kind: str, status: int, seconds: float | None) -> None:
        """A request was answered. :param seconds: None where it lasts as long as somebody looks at the page."""
        self._requests.labels(kind, f"{status // 100}xx").inc()
        if seconds is not None:
            self._seconds.labels(kind).observe(seconds)

    def text(self) -> bytes:
        """All of it, as it is now."""
        return generate_latest(self._registry)


class _State(Collector):
    """What can be looked up whenever somebody asks; also what other processes do."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def describe(self) -> Iterable[Metric]:
        """Nothing beforehand: it would open the archive."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """Look now; what cannot be read is missing."""
        settings = self._settings
        yield _one("ratsassistent_build_info", "Version", 1, {"version": __version__})
        yield _one("ratsassistent_disk_free_bytes", "Free where the data folder lies", health.free(settings))
        yield _one("ratsassistent_sealed", "The non-public part is encrypted", float(sealing.is_sealed(settings)))
        yield _one("ratsassistent_worker_running", "A worker is at work", float(_worker_runs(settings)))
        with suppress(RatsassistentError, OSError):
            yield from _archive(settings)
        with suppress(RatsassistentError, OSError):
            there = [one for one in known.backups(settings) if one.is_there]
            newest = max((one.created.timestamp() for one in there), default=0.0)
            yield _one("ratsassistent_backup_last_timestamp_seconds", "Newest backup in reach; 0: none", newest)
        with suppress(RatsassistentError, OSError):
            yield from _fetching(settings)


def _archive(settings: Settings) -> Iterator[Metric]:
    held = GaugeMetricFamily("ratsassistent_held", "What the archives hold", labels=["what", "part"])
    jobs = GaugeMetricFamily("ratsassistent_jobs", "Jobs by kind and state", labels=["kind", "state"])
    with pool.lent(settings) as ws:
        locked = ws.is_locked
        open_stores = [("public", ws.public), *([] if locked else [("nonpublic", ws.nonpublic)])]
        counts = [(part, counting.of(store)) for part, store in open_stores]
    for part, count in counts:
        for what in ("meetings", "papers", "files", "pages", "briefings"):
            held.add_metric([what, part], getattr(count, what))
    yield held
    yield _one("ratsassistent_locked", "The non-public part is locked now", float(locked))
    yield _one("ratsassistent_store_info", "Database", 1, {"kind": counts[0][1].kind})
    if locked:
        return
    mine = counts[-1][1]
    for kind, name in _KINDS.items():
        for state, called in _STATES.items():
            jobs.add_metric([name, called], mine.jobs.get((kind, state), 0))
    yield jobs
    if mine.last_beats:
        latest = max(dt.datetime.fromisoformat(beat) for beat in mine.last_beats)
        age = (dt.datetime.now(dt.UTC) - latest).total_seconds()
        yield _one(
            "ratsassistent_job_progress_age_seconds", "Since a running job last told how far it is", max(age, 0.0)
        )


def _fetching(settings: Settings) -> Iterator[Metric]:
    chosen = opted.read(settings)
    if not chosen.sources and not chosen.folders:
        return
    when = GaugeMetricFamily("ratsassistent_fetch_last_timestamp_seconds", "Last run; 0: none", labels=["source"])
    failed = GaugeMetricFamily("ratsassistent_fetch_failed", "The last run had nothing or not all", labels=["source"])
    for number, source in enumerate(chosen.sources, 1):
        last = progress.last(settings, source)
        when.add_metric([f"server{number}"], last.began.timestamp() if last else 0.0)
        failed.add_metric([f"server{number}"], float(bool(last and last.unfinished)))
    for number, one in enumerate(chosen.folders, 1):
        state = folder.state_of(settings, one)
        when.add_metric([f"folder{number}"], state.last or 0.0)
        failed.add_metric([f"folder{number}"], float(state.error is not None or not one.path.is_dir()))
    yield when
    yield failed


def _worker_runs(settings: Settings) -> bool:
    lock = settings.nonpublic_folder / worker.LOCK
    if not lock.is_file():
        return False
    try:
        with FileLock(lock, timeout=0):
            return False
    except (Timeout, OSError):
        return True


def _one(name: str, about: str, value: float, labels: dict[str, str] | None = None) -> Metric:
    made = GaugeMetricFamily(name, about, labels=list(labels or {}))
    made.add_metric(list((labels or {}).values()), value)
    return made
