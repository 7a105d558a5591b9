"""The commands of the register, and what a spreadsheet gets of it."""

from __future__ import annotations

import csv
import datetime as dt
import io
from pathlib import Path
from typing import Any

import oparl_data
import openpyxl  # type: ignore[import-untyped]
import pytest
from commands import Run, refused
from hypothesis import given
from hypothesis import strategies as st

from ratsassistent.output import register_table
from ratsassistent.resolutions import Resolution

DAY = dt.date(2031, 6, 1)


@pytest.fixture
def bridge(run: Run, tmp_path: Path) -> str:
    """One resolution that was accepted, and its id."""
    file = oparl_data.write(
        tmp_path / "daten.jsonl", oparl_data.organization(), oparl_data.meeting(), oparl_data.paper()
    )
    assert run("einlesen", file).status == 0
    key: str = run("beschluesse", "--json").json["resolutions"][0]["id"]
    return key


def resolution(**more: Any) -> Resolution:
    made = {"id": "ra:beschluss-1", "item_id": "i", "meeting_id": "m", "meeting": "Sitzung", "organization": "Rat",
            "date": "2031-03-04", "number": "4", "name": "Brücke", "public": True, "result": "angenommen", "outcome": "accepted"}  # fmt: skip
    return Resolution.model_validate({**made, **more})


def test_json_has_the_fields_of_the_contract(run: Run, bridge: str) -> None:
    (found,) = run("beschluesse", "--json").json["resolutions"]
    contract = ("id", "meeting", "organization", "date", "number", "name", "references", "result", "outcome", "vote", "text",
                "proposal", "citation", "status", "deadline", "office")  # fmt: skip
    assert {name: found[name] for name in contract} == {
        "id": bridge,
        "meeting": f"{oparl_data.URL}/meeting/3",
        "organization": "Gemeinderat",
        "date": "2031-03-04",
        "number": "Ö 4",
        "name": "Neubau der Brücke am Mühlbach",
        "references": ["2031/017"],
        "result": "mehrheitlich zugestimmt",
        "outcome": "accepted",
        "vote": None,
        "text": None,
        "proposal": oparl_data.PROPOSAL,
        "citation": [],
        "status": None,
        "deadline": None,
        "office": None,
    }


@pytest.mark.parametrize(
    ("arguments", "count"),
    [
        (["Brücke"], 1),
        (["Brücke", "Mühlbach"], 1),
        (["Eisbahn"], 0),
        (["--von", "05.03.2031"], 0),
        (["--bis", "2031-03-04"], 1),
        (["--gremium", "gemeinderat"], 1),
        (["--art", "Anfrage"], 0),
        (["--sitzung", f"{oparl_data.URL}/meeting/3"], 1),
        (["--ergebnis", "angenommen"], 1),
        (["--ergebnis", "abgelehnt", "--ergebnis", "vertagt"], 0),
        (["--status", "offen"], 0),
        (["--oeffentlichkeit", "nichtoeffentlich"], 0),
        (["--anzahl", "1"], 1),
    ],
)
def test_filters(run: Run, bridge: str, arguments: list[str], count: int) -> None:
    done = run("beschluesse", *arguments, "--json")
    assert (done.status, len(done.json["resolutions"])) == (0, count)


def test_on_the_screen(run: Run, bridge: str) -> None:
    told = run("beschluesse", "Brücke").out
    assert "04.03.2031  Gemeinderat, TOP Ö 4: Neubau der Brücke am Mühlbach" in told
    assert "Ergebnis: mehrheitlich zugestimmt" in told
    assert told.endswith("1 Beschluss gefunden.\n")
    assert run("beschluesse", "Eisbahn").out == "Keine Beschlüsse gefunden.\n"


def test_entering_and_what_is_open(run: Run, bridge: str) -> None:
    done = run(
        "beschluss",
        bridge,
        "--status",
        "in_arbeit",
        "--frist",
        "30.04.2020",
        "--amt",
        "Tiefbauamt",
        "--von-person",
        "E. Anger",
    )
    assert done.status == 0
    assert "Stand: in Arbeit · Frist: 30.04.2020, überfällig · zuständig: Tiefbauamt" in done.out
    assert "E. Anger: Stand in Arbeit, Frist 30.04.2020, Amt Tiefbauamt" in done.out
    (still,) = run("beschlusskontrolle", "--json").json["resolutions"]
    assert (still["status"], still["deadline"], still["office"]) == ("in_progress", "2020-04-30", "Tiefbauamt")
    assert run("beschluss", bridge, "--status", "erledigt").status == 0
    assert run("beschlusskontrolle").out == "Keine Beschlüsse offen.\n"
    told = run("beschluss", bridge, "--json").json
    assert [entry["status"] for entry in told["history"]] == ["in_progress", "done"]
    assert told["proposal"] == oparl_data.PROPOSAL


def test_a_status_is_taken_away_and_the_resolution_is_open_again(run: Run, bridge: str) -> None:
    assert run("beschluss", bridge, "--status", "erledigt", "--amt", "Tiefbauamt").status == 0
    done = run("beschluss", bridge, "--status", "keiner", "--von-person", "E. Anger")
    assert done.status == 0
    assert "Stand: nicht eingetragen · zuständig: Tiefbauamt" in done.out
    assert "E. Anger: Stand weggenommen" in done.out
    (opened,) = run("beschlusskontrolle", "--json").json["resolutions"]
    assert (opened["status"], opened["office"]) == (None, "Tiefbauamt")
    assert run("beschluesse", "--status", "keiner").status == 2


def test_what_is_wrong_is_said_in_a_sentence(run: Run, bridge: str, tmp_path: Path) -> None:
    assert refused(run("beschluss", "ra:beschluss-0000", "--status", "offen"))
    assert refused(run("beschluesse", "--sitzung", "Kreistag"))
    assert run("beschluss", bridge, "--von-person", "E. Anger").status == 2
    assert run("beschluss", bridge, "--frist", "31.02.2031").status == 2
    assert run("beschluesse", "-o", tmp_path / "liste.txt").status == 2
    assert run("beschluesse", "--format", "xlsx").status == 2
    assert refused(run("beschluesse", "-o", tmp_path / "gibt es nicht" / "liste.csv"))


def test_csv_opens_in_a_german_excel(run: Run, bridge: str, tmp_path: Path) -> None:
    done = run("beschluesse", "-o", tmp_path / "liste.csv")
    assert (done.status, done.out) == (0, "")
    raw = (tmp_path / "liste.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbfDatum;Gremium;")
    (row,) = csv.DictReader(io.StringIO(raw.decode("utf-8-sig")), delimiter=";")
    assert (row["Datum"], row["Vorlage"], row["Ausgang"]) == ("04.03.2031", "2031/017", "angenommen")


def test_xlsx_has_dates_and_text(run: Run, bridge: str, tmp_path: Path) -> None:
    assert run("beschluss", bridge, "--frist", "2031-04-30").status == 0
    assert run("beschlusskontrolle", "-o", tmp_path / "liste.xlsx").status == 0
    sheet = openpyxl.load_workbook(tmp_path / "liste.xlsx").active
    heads = [cell.value for cell in sheet[1]]
    row = dict(zip(heads, (cell.value for cell in sheet[2]), strict=True))
    assert (row["Datum"], row["Frist"]) == (dt.datetime(2031, 3, 4), dt.datetime(2031, 4, 30))
    assert row["Vorgeschlagener Wortlaut"] == oparl_data.PROPOSAL


@given(st.sampled_from("=+-@\t\r\n＝"), st.text(max_size=20))
def test_no_cell_is_a_formula(first: str, rest: str) -> None:
    given_name = first + rest
    made = [resolution(name=given_name, office=given_name, text=given_name, vote={"yes": 3})]
    (row,) = csv.DictReader(
        io.StringIO(register_table.as_csv(made, DAY).decode("utf-8-sig"), newline=""), delimiter=";"
    )
    assert not any(cell.startswith(tuple("=+-@\t\r＝")) for cell in row.values())
    sheet = openpyxl.load_workbook(io.BytesIO(register_table.as_xlsx(made, DAY))).active
    assert all(cell.data_type in {"s", "n", "d", "inlineStr"} for cell in sheet[2])
    assert not any(cell.data_type == "f" for cell in sheet[2])
    assert sheet[2][8].value == 3


def test_non_public_is_marked_and_warned_of(run: Run, tmp_path: Path) -> None:
    closed = oparl_data.meeting(oparl_data.item(public=False))
    run("einlesen", oparl_data.write(tmp_path / "daten.jsonl", oparl_data.organization(), closed, oparl_data.paper()))
    done = run("beschluesse", "-o", tmp_path / "liste.csv")
    assert "1 Beschluss ist nicht als öffentlich bekannt und nicht dabei" in done.err
    assert "ra:beschluss" not in (tmp_path / "liste.csv").read_text("utf-8-sig")
    assert "ra:beschluss" not in run("beschluesse", "--format", "csv").out
    done = run("beschluesse", "--oeffentlichkeit", "alle", "-o", tmp_path / "liste.csv")
    assert "nicht weitergeben" in done.err
    assert ";nein;ra:beschluss" in (tmp_path / "liste.csv").read_text("utf-8-sig")
    assert "vertraulich" in run("beschluesse").out
