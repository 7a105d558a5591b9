"""The wheel carries what the program needs besides its code, and finds it there."""

import json
import os
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from ratsassistent.errors import RatsassistentError
from ratsassistent.resources import resource

REPOSITORY = Path(__file__).resolve().parent.parent
LOOK = """
import json
from ratsassistent import models
from ratsassistent.resources import resource
print(json.dumps({
    "catalogue": str(resource("models", "catalogue.toml")),
    "models": len(models.load_catalogue().entries),
    "prompts": sorted(p.name for p in resource("prompts").glob("*.md")),
}))
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel, built without network by the build backend itself."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return next(folder.glob("*.whl"))


def test_an_installed_wheel_finds_catalogue_and_prompts(wheel, tmp_path):
    site = tmp_path / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    environment = {**os.environ, "PYTHONPATH": str(site)}
    done = subprocess.run(
        [sys.executable, "-c", LOOK], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert Path(found["catalogue"]).is_relative_to(site)
    raw = tomllib.loads((REPOSITORY / "models" / "catalogue.toml").read_text(encoding="utf-8"))
    assert found["models"] == len(raw["model"])
    prompts = sorted(p.name for p in (REPOSITORY / "prompts").glob("*.md"))
    assert prompts
    assert found["prompts"] == prompts


def test_the_wheel_carries_code_and_licence_and_nothing_large(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        licence = next(name for name in names if name.endswith("licenses/LICENSE"))
        assert b"EUROPEAN UNION PUBLIC LICENCE v. 1.2" in archive.read(licence)
    code = {p.relative_to(REPOSITORY).as_posix() for p in (REPOSITORY / "ratsassistent").rglob("*.py")}
    assert code <= names
    assert not [name for name in names if name.endswith((".gguf", ".pyc")) or name.startswith("tests/")]
    assert wheel.stat().st_size < 20_000_000


def test_the_wheel_carries_the_glossary(wheel):
    files = {p.relative_to(REPOSITORY).as_posix() for p in (REPOSITORY / "ratsassistent" / "glossary").glob("*.toml")}
    assert files
    with zipfile.ZipFile(wheel) as archive:
        assert files <= set(archive.namelist())


def test_the_wheel_carries_the_course(wheel):
    files = {p.relative_to(REPOSITORY).as_posix() for p in (REPOSITORY / "ratsassistent" / "course").glob("*.md")}
    assert len(files) == 5
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    assert files <= names
    assert {f"ratsassistent/output/page_help.{kind}" for kind in ("css", "js")} <= names


def test_a_checkout_uses_the_files_that_a_municipality_edits():
    assert resource("models", "catalogue.toml") == REPOSITORY / "models" / "catalogue.toml"


def test_a_missing_file_is_one_sentence():
    with pytest.raises(RatsassistentError, match=r"prompts/fehlt\.md, sie fehlt aber"):
        resource("prompts", "fehlt.md")
