from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratsassistent.briefings import ItemBriefing
from ratsassistent.machine.energy import MEASURED, WATTS_PER_CORE, Energy, Meter, total
from ratsassistent.output.phrases import energy

MOST = 262_143_328_850


def rapl(root: Path, **domains: tuple[str, int]) -> Path:
    for folder, (name, counter) in domains.items():
        place = root / folder
        place.mkdir(parents=True, exist_ok=True)
        (place / "name").write_text(name + "\n")
        (place / "max_energy_range_uj").write_text(f"{MOST}\n")
        (place / "energy_uj").write_text(f"{counter}\n")
    return root


def show(root: Path, folder: str, counter: int) -> None:
    (root / folder / "energy_uj").write_text(f"{counter}\n")


def briefing(of: Energy | None) -> ItemBriefing:
    made = ItemBriefing(id="ra:top-1", number="1", name="Turnhalle", public=True, level="voll")
    return made.model_copy(update=of.fields()) if of else made


def test_the_processors_counter_is_read_in_laps(tmp_path: Path) -> None:
    root = rapl(tmp_path, a=("package-0", 1_000_000), b=("package-1", 5), c=("core", 7), d=("psys", 7), e=("dram", 7))
    meter = Meter(root=root)
    assert meter.measures
    show(root, "a", 8_200_000)
    show(root, "c", 999_999_999)
    show(root, "d", 999_999_999)
    assert meter.lap().joules == pytest.approx(7.2)
    show(root, "b", 1_000_005)
    second = meter.lap()
    assert second.joules == pytest.approx(1.0)
    assert second.sentence == MEASURED


def test_the_same_package_offered_twice_counts_once(tmp_path: Path) -> None:
    meter = Meter(root=rapl(tmp_path, **{"intel-rapl:0": ("package-0", 0), "intel-rapl-mmio:0": ("package-0", 0)}))
    for folder in ("intel-rapl:0", "intel-rapl-mmio:0"):
        show(tmp_path, folder, 3_000_000)
    assert meter.lap().joules == pytest.approx(3.0)


@given(st.integers(0, MOST - 1), st.integers(0, MOST - 1))
def test_a_counter_that_begins_anew_is_counted_on(before: int, used: int) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        root = rapl(Path(folder), a=("package-0", before))
        meter = Meter(root=root)
        show(root, "a", (before + used) % MOST)
        assert meter.lap().joules == pytest.approx(used / 1e6)


@pytest.mark.parametrize("how", ["missing", "forbidden", "nonsense"])
def test_where_it_cannot_be_read_the_time_of_the_cores_counts(tmp_path: Path, how: str) -> None:
    root = tmp_path / "powercap"
    if how != "missing":
        rapl(root, a=("package-0", 1))
        (root / "a" / "energy_uj").unlink()
        (root / "a" / "energy_uj").mkdir() if how == "forbidden" else (root / "a" / "energy_uj").write_text("?")
    meter = Meter(root=root)
    assert not meter.measures
    sum(n * n for n in range(300_000))  # some milliseconds at least
    used = meter.lap()
    assert used.how == "estimated"
    assert used.core_seconds > 0
    assert used.joules == pytest.approx(used.core_seconds * WATTS_PER_CORE)
    assert "geschätzt" in used.sentence
    assert "8 W je Kern" in used.sentence


def test_a_counter_that_goes_away_meanwhile_is_an_estimate(tmp_path: Path) -> None:
    meter = Meter(root=rapl(tmp_path, a=("package-0", 1)))
    (tmp_path / "a" / "energy_uj").unlink()
    assert meter.lap().how == "estimated"


def test_the_work_of_other_processes_counts_and_one_that_ended_does_no_harm(tmp_path: Path) -> None:
    code = "import sys\nfor _ in range(60): sum(range(100000))\nprint(1, flush=True); sys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdin
        assert child.stdout
        meter = Meter([child.pid, 2**22 + 12345], root=tmp_path)
        child.stdout.readline()
        assert meter.lap().core_seconds >= 0.02
        child.stdin.close()
        child.wait()
        assert meter.lap().joules >= 0


energies = st.builds(
    lambda s, measured: Energy(s * 3, "measured") if measured else Energy(s * 8.0, "estimated", s, 8.0),
    st.floats(0, 1e6),
    st.booleans(),
)


@given(st.lists(energies, min_size=1, max_size=9))
def test_the_items_of_a_briefing_add_up(parts: list[Energy]) -> None:
    found = total([briefing(part) for part in parts] + [briefing(None)])
    assert found is not None
    assert found.joules == pytest.approx(sum(p.joules for p in parts), abs=0.5 * len(parts))
    assert found.core_seconds == pytest.approx(sum(p.core_seconds for p in parts), abs=0.51 * len(parts))
    assert (MEASURED in found.sentence) == any(p.how == "measured" for p in parts)
    assert ("geschätzt" in found.sentence) == any(p.how == "estimated" for p in parts)
    again = total([briefing(found)])  # what is stored is read back
    assert again is not None
    assert again.how == found.how


def test_nothing_known_is_not_nothing_used() -> None:
    assert total([briefing(None)]) is None
    assert total([]) is None
    assert energy(None, None) is None


@given(energies, st.lists(st.integers(0, 5000), min_size=1, max_size=16))
def test_a_batch_is_shared_by_tokens_and_nothing_is_lost(whole: Energy, tokens: list[int]) -> None:
    parts = whole.shared(tokens)
    assert sum(p.joules for p in parts) == pytest.approx(whole.joules)
    assert sum(p.core_seconds for p in parts) == pytest.approx(whole.core_seconds)
    most = tokens.index(max(tokens))
    assert parts[most].joules >= max(p.joules for p in parts) - 1e-9


def test_it_is_said_in_german() -> None:
    used = Energy(8 * 1312, "estimated", 1312, 8)
    assert used.fields()["energy_how"] == "geschätzt aus 1.312 s Rechenzeit der Kerne bei angenommenen 8 W je Kern"
    assert energy(used.wh, used.sentence) == f"2,9 Wh ({used.sentence})"
    assert energy(0.01, None) == "unter 0,1 Wh"
