"""The supply chain: licences, bill of materials, known weaknesses."""

from __future__ import annotations

import importlib.util
import json
import sys
import zipfile
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from ratsassistent import models
from ratsassistent.portable import locks
from ratsassistent.portable.locks import Pinned
from ratsassistent.portable.targets import LINUX, WINDOWS

SCRIPT = Path(__file__).parent.parent / "benchmarks" / "lieferkette.py"


@pytest.fixture(scope="module")
def chain() -> ModuleType:
    spec = importlib.util.spec_from_file_location("lieferkette", SCRIPT)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["lieferkette"] = module
    spec.loader.exec_module(module)
    return module


# --- licences


def test_every_locked_package_may_be_handed_on_with_the_program(chain: ModuleType) -> None:
    found = chain.parts(LINUX)
    assert len(found) > 90
    assert [f"{p.pin.name}: {p.licence}" for p in found if p.odd] == []


@pytest.mark.parametrize(
    ("licence", "odd"),
    [("MIT", False), ("LGPL-3.0-or-later", False), ("GPL-2.0-only OR MIT", False), ("GPL-3.0-only", True), ("AGPL-3.0", True),
     ("nicht angegeben", True), ("BUSL-1.1", True)],
)  # fmt: skip
def test_which_licences_somebody_has_to_look_at(chain: ModuleType, licence: str, odd: bool) -> None:
    assert bool(chain.Part(Pinned("x", "1", ()), licence, "", "1").odd) is odd


def test_the_list_of_licences_has_packages_and_models(chain: ModuleType, tmp_path: Path) -> None:
    for name in ("liste.md", "liste.csv"):
        assert chain.main(["lizenzen", "-o", str(tmp_path / name)]) == 0
        text = (tmp_path / name).read_text("utf-8")
        assert "pypdf" in text
        assert models.load_catalogue().default.name in text


# --- bill of materials


@pytest.fixture(scope="module")
def bill(chain: ModuleType) -> dict[str, Any]:
    pytest.importorskip("cyclonedx.validation.json", reason="cyclonedx-python-lib fehlt")
    loaded: dict[str, Any] = json.loads(chain.bill(LINUX))
    return loaded


@pytest.fixture(scope="module")
def small(chain: ModuleType, bill: dict[str, Any]) -> str:
    """The same with a few packages: the schema's validator takes seconds for all of them (the script does that)."""
    made: str = chain.bill(
        LINUX, found=[p for p in chain.parts(LINUX) if p.pin.name in {"pypdf", "gradio", "torch", "lxml"}]
    )
    return made


def test_a_bill_is_what_the_schema_wants(chain: ModuleType, small: str) -> None:
    assert chain.schema_faults(small) is None


def test_the_bill_names_every_locked_package_with_its_checksums(bill: dict[str, Any]) -> None:
    named = {c["name"]: c for c in bill["components"] if c["type"] == "library"}
    pinned = locks.read(LINUX.lock)
    assert named.keys() == {pin.name for pin in pinned}
    for pin in pinned:
        component = named[pin.name]
        told = {h["content"] for r in component["externalReferences"] for h in r.get("hashes", [])}
        assert component["version"] == pin.version
        assert set(pin.hashes) <= told
    assert LINUX.engine.sha256 in json.dumps(named["llama-cpp-python"])


def test_the_bill_names_models_with_checksum_and_licence(bill: dict[str, Any]) -> None:
    named = {c["name"]: c for c in bill["components"] if c["type"] == "machine-learning-model"}
    catalogue = models.load_catalogue()
    assert len(named) == len(catalogue.entries) + len(catalogue.embeddings) + 1
    for entry in catalogue.entries:
        assert named[entry.name]["licenses"][0]["license"]["id"] == entry.licence
        assert [h["content"] for h in named[entry.name].get("hashes", [])] == ([entry.sha256] if entry.sha256 else [])


def test_the_bill_says_who_needs_whom(bill: dict[str, Any]) -> None:
    needs = {d["ref"]: set(d.get("dependsOn", [])) for d in bill["dependencies"]}
    refs = {c["bom-ref"] for c in bill["components"]} | {"ratsassistent"}
    assert needs.keys() | set().union(*needs.values()) <= refs
    name = {r.split("@")[0].removeprefix("pkg:pypi/"): r for r in refs}
    assert {name["gradio"], name["pypdf"], name["torch"]} <= needs["ratsassistent"]
    assert name["langsmith"] in needs[name["langchain-core"]]
    assert name["langsmith"] not in needs["ratsassistent"]


def test_a_bill_that_breaks_the_schema_is_noticed(chain: ModuleType, small: str) -> None:
    told = json.loads(small)
    broken = {**told, "components": [{**told["components"][0], "type": "nothing of the kind"}]}
    assert chain.schema_faults(json.dumps(broken))


# --- known weaknesses


def advisory(name: str, *events: dict[str, str], **more: Any) -> dict[str, Any]:
    """An advisory as OSV publishes them; written for this test."""
    affected = {
        "package": {"ecosystem": "PyPI", "name": name},
        "ranges": [{"type": "ECOSYSTEM", "events": list(events)}],
    }
    return {"id": f"TEST-{name}", "aliases": ["CVE-0000-1"], "summary": "erfunden", "affected": [affected], **more}


@pytest.mark.parametrize(
    ("version", "events", "hit"),
    [
        ("1.5", [{"introduced": "0"}, {"fixed": "1.5.1"}], True),
        ("1.5.1", [{"introduced": "0"}, {"fixed": "1.5.1"}], False),
        ("1.5.1rc1", [{"introduced": "0"}, {"fixed": "1.5.1"}], True),
        ("2.0", [{"introduced": "1"}, {"last_affected": "2.0"}], True),
        ("2.0.1", [{"introduced": "1"}, {"last_affected": "2.0"}], False),
        ("0.9", [{"introduced": "1"}], False),
        ("3.1", [{"introduced": "0"}, {"fixed": "1"}, {"introduced": "3"}, {"fixed": "3.2"}], True),
        ("2.0", [{"introduced": "0"}, {"fixed": "1"}, {"introduced": "3"}, {"fixed": "3.2"}], False),
        ("2.13.0+cpu", [{"introduced": "2.13"}, {"fixed": "2.13.1"}], True),
    ],
)
def test_which_versions_an_advisory_is_about(
    chain: ModuleType, version: str, events: list[dict[str, str]], hit: bool
) -> None:
    found = chain.weaknesses([Pinned("some-thing", version, ())], [advisory("Some_Thing", *events)])
    assert bool(found) is hit


def test_listed_versions_count_and_what_was_withdrawn_or_is_of_others_does_not(chain: ModuleType) -> None:
    pinned = [Pinned("thing", "1.0", ())]
    listed = {
        "id": "A",
        "affected": [{"package": {"ecosystem": "PyPI", "name": "thing"}, "versions": ["1.0.0", "no version"]}],
    }
    other = {"id": "B", "affected": [{"package": {"ecosystem": "npm", "name": "thing"}, "versions": ["1.0"]}]}
    withdrawn = advisory("thing", {"introduced": "0"}, withdrawn="2026-01-01T00:00:00Z")
    assert [w.id for w in chain.weaknesses(pinned, [listed, other, withdrawn])] == ["A"]


def test_advisories_that_were_brought_along_are_compared_with_the_lock(
    chain: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pin = next(p for p in locks.read(WINDOWS.lock) if p.name == "pypdf")
    file = tmp_path / "all.zip"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("TEST-1.json", json.dumps(advisory("pypdf", {"introduced": "0"}, {"fixed": "9999"})))
        archive.writestr("TEST-2.json", json.dumps(advisory("gradio", {"introduced": "0"}, {"fixed": "0.1"})))
    assert chain.main(["pruefen", "--system", "windows", "--meldungen", str(file)]) == 1
    told = capsys.readouterr()
    assert told.out.startswith(f"pypdf {pin.version}: TEST-pypdf (CVE-0000-1) erfunden Behoben in 9999.")
    assert "1 bekannte Schwachstellen" in told.err
    other = tmp_path / "andere.json"
    other.write_text(json.dumps([advisory("fremd", {"introduced": "0"}, modified="2026-11-01T00:00:00Z")]), "utf-8")
    assert chain.main(["pruefen", "--meldungen", str(other)]) == 0
    assert "die jüngste: 2026-11-01" in capsys.readouterr().err
    other.write_text("[]", encoding="utf-8")
    assert chain.main(["pruefen", "--meldungen", str(other)]) == 1  # nothing to compare with is no good news


def test_who_could_not_look_does_not_say_that_all_is_well(
    chain: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Done:
        stdout, stderr = "", "ConnectionError: pypi.org\n"

    monkeypatch.setattr(chain.subprocess, "run", lambda *_, **__: Done)
    assert chain.main(["pruefen"]) == 1
    assert "pip-audit hat nichts ausrichten können" in capsys.readouterr().err
    # an index without advisories: pip-audit itself then says „No known vulnerabilities found“
    pins = [{"name": p.name, "skip_reason": "not found on PyPI"} for p in locks.read(LINUX.lock)]
    Done.stdout = json.dumps({"dependencies": pins})
    assert chain.main(["pruefen"]) == 1
    assert f"0 bekannte Schwachstellen in 0 von {len(pins)} gesperrten Paketen" in capsys.readouterr().err
