from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratsassistent.machine import hardware
from ratsassistent.machine.hardware import GB, Processor, key

OFFICE = Processor("Intel(R) Core(TM) i5-8500 CPU @ 3.00GHz", 6, 6, "abc")


def test_this_computer_is_known() -> None:
    here, memory = hardware.processor(), hardware.memory()
    assert here.name
    assert 1 <= here.cores <= here.threads
    assert 0 < memory.available <= memory.total
    assert here == hardware.processor()
    assert hardware.engine_version()
    assert hardware.engine_library() == hardware.engine_library()


def test_a_processor_without_a_name_and_without_features_is_one_too(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(hardware, "CPUINFO", tmp_path / "none")
    monkeypatch.setattr(hardware.platform, "processor", lambda: "")
    monkeypatch.setattr(hardware.platform, "machine", lambda: "")
    assert hardware.processor().name == "unbekannt"
    (tmp_path / "cpuinfo").write_text("processor : 0\nFeatures\t: fp asimd\nModel\t\t: Raspberry  Pi 5\n")
    monkeypatch.setattr(hardware, "CPUINFO", tmp_path / "cpuinfo")
    found = hardware.processor()
    assert found.name == "Raspberry Pi 5"
    assert found.features


@given(
    st.builds(Processor, st.text(min_size=1), st.integers(1, 64), st.integers(1, 128), st.text(max_size=3)),
    st.integers(2, 64),
)
def test_another_computer_has_another_key(other: Processor, gigabytes: int) -> None:
    assert (key(other, 16 * GB) == key(OFFICE, 16 * GB)) is (other == OFFICE)
    assert (key(OFFICE, gigabytes * GB) == key(OFFICE, 16 * GB)) is (gigabytes == 16)
    assert key(OFFICE, 16 * GB) == key(OFFICE, 16 * GB + 3_000_000)  # the system keeps now a little more, now less
    assert key(OFFICE, 16 * GB, "model") != key(OFFICE, 16 * GB)


def test_an_order_of_the_same_features_is_no_other_processor(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(hardware, "CPUINFO", tmp_path / "cpuinfo")
    found = []
    for flags in ("avx avx2 fma", "fma avx2 avx", "avx avx2"):
        (tmp_path / "cpuinfo").write_text(f"model name\t: X\nflags\t\t: {flags}\n")
        found.append(hardware.processor())
    assert found[0] == found[1] != found[2]
