"""Imports run one way, and what is heavy stays lazy."""

from __future__ import annotations

import ast
import subprocess
import sys
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent / "ratsassistent"
# A layer may import its own and those before it.
LAYERS = [
    ["errors", "event_log", "oparl", "temporary", "telemetry", "private_files"],
    ["glossary", "course"],
    ["resolutions"],
    ["briefings"],
    [
        "settings",
        "model_server",
        "own_network",
        "resources",
        "sources",
        "loading",
        "catalogue",
        "models",
        "e5_format",
        "embedding_files",
        "demo",
    ],
    ["portable"],
    ["pack"],
    ["meaning"],
    ["archive"],
    ["writing"],
    ["machine"],
    ["language_models"],
    ["people", "bodies"],
    ["oidc"],
    ["permissions"],
    ["liveness", "pace"],
    ["jobs"],
    ["own_jobs"],
    ["worker"],
    ["swapping"],
    ["workspace"],
    ["memory"],
    ["rights"],
    ["deletions", "leftovers"],
    ["retention"],
    ["held"],
    ["access_log"],
    ["briefing_jobs", "briefing_items"],
    ["register"],
    ["cited", "shown_pages", "suspicions"],
    ["closest"],
    ["searching"],
    ["earlier"],
    ["asking"],
    ["question_jobs"],
    ["correcting", "corrections"],
    ["intake"],
    ["given_papers"],
    ["remarks", "marks", "deadlines"],
    ["deleting", "leaving"],
    ["pool"],
    ["backup"],
    ["sealing", "relocating"],
    ["workflow"],
    ["public_part"],
    ["fetching"],
    ["operating"],
    ["output"],
    ["proof"],
    ["__main__"],
]
RANK = {name: rank for rank, names in enumerate(LAYERS) for name in names}


def _module(path: Path) -> str:
    first = path.relative_to(ROOT).parts[0]
    return first.removesuffix(".py")


@cache
def _imports(path: Path) -> tuple[ast.Import | ast.ImportFrom, ...]:
    """What a module imports anywhere; parsed once for all tests."""
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    return tuple(node for node in nodes if isinstance(node, ast.Import | ast.ImportFrom))


def _libraries(path: Path) -> set[str]:
    """The first part of the name of each module that is imported."""
    names = {a.name for node in _imports(path) if isinstance(node, ast.Import) for a in node.names}
    names |= {node.module or "" for node in _imports(path) if isinstance(node, ast.ImportFrom)}
    return {name.split(".")[0] for name in names}


def _imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in _imports(path):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "ratsassistent":
            parts = node.module.split(".")
            names |= {parts[1]} if len(parts) > 1 else {alias.name for alias in node.names}
        elif isinstance(node, ast.Import):
            names |= {a.name.split(".")[1] for a in node.names if a.name.startswith("ratsassistent.")}
    return names & RANK.keys()


def test_imports_run_one_way() -> None:
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in ROOT.rglob("*.py")
        if path.relative_to(ROOT) != Path("__init__.py")
        for name in _imported(path)
        if RANK[name] > RANK[_module(path)]
    ]
    assert not wrong


def test_only_the_archive_speaks_sql() -> None:
    for path in ROOT.rglob("*.py"):
        if _module(path) != "archive":
            assert not _libraries(path) & {"sqlite3", "sqlalchemy", "alembic"}, path


def test_only_writing_runs_a_language_model() -> None:
    for path in ROOT.rglob("*.py"):
        if _module(path) != "writing":
            assert "llama_cpp" not in _libraries(path), path


def test_modules_stay_readable() -> None:
    long = {
        str(p.relative_to(ROOT)): n for p in ROOT.rglob("*.py") if (n := len(p.read_text("utf-8").splitlines())) > 500
    }
    assert not long


def test_heavy_libraries_are_not_loaded_to_parse_a_command() -> None:
    code = (
        "import sys, ratsassistent.__main__, ratsassistent.workflow;"
        "print(sorted({'llama_cpp', 'gradio', 'pypdfium2', 'torch', 'pandas', 'alembic'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT.parent)
    assert done.stdout.strip() == "[]"
