"""Files, folders and ZIPs, also hostile ones, become a list of files to read."""

from __future__ import annotations

import io
import os
import stat
import struct
import sys
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path

import pdfs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratsassistent.pack.files import unzip
from ratsassistent.pack.files.inputs import Inputs, gather_inputs, natural_key

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n%%EOF"
Entry = tuple[str | zipfile.ZipInfo, bytes]


def zip_bytes(entries: Sequence[Entry], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as bundle:
        for name, data in entries:
            bundle.writestr(name, data)
    return out.getvalue()


def gather(tmp_path: Path, entries: Sequence[Entry], name: str = "unterlagen.zip") -> Inputs:
    archive = tmp_path / name
    archive.write_bytes(zip_bytes(entries))
    return gather_inputs([archive], tmp_path / "w")


def names(inputs: Inputs) -> list[str]:
    return [name for _, name in inputs.pdfs]


def reasons(inputs: Inputs) -> dict[str, str]:
    return {entry.path.rpartition(": ")[2]: entry.reason for entry in inputs.skipped}


def test_folders_of_a_zip_stay_folders_so_that_their_names_tell_the_item(tmp_path):
    found = gather(
        tmp_path,
        [
            ("Sitzung/TOP 10 Haushalt/Vorlage.pdf", PDF + b"10"),
            ("Sitzung/TOP 2 Schule/Anlage 10.pdf", PDF),
            ("Sitzung/TOP 2 Schule/Anlage 2.pdf", PDF + b"2"),
            ("Sitzung/TOP 2 Schule/Vorlage.pdf", PDF + b"3"),
            ("Sitzung/Tagesordnung.pdf", PDF + b"4"),
        ],
    )
    assert names(found) == [
        "Tagesordnung.pdf",
        "Anlage 2.pdf",
        "Anlage 10.pdf",
        "Sitzung/TOP 2 Schule/Vorlage.pdf",
        "Sitzung/TOP 10 Haushalt/Vorlage.pdf",
    ]
    folders = [path.parent.name for path, _ in found.pdfs]
    assert folders == ["Sitzung"] + ["TOP 2 Schule"] * 3 + ["TOP 10 Haushalt"]
    assert len({path.parent for path, _ in found.pdfs[1:4]}) == 1
    assert found.pdfs[1][0].parent.parent.name == "Sitzung"
    assert [path.read_bytes() for path, _ in found.pdfs[1:3]] == [PDF + b"2", PDF]
    assert found.skipped == ()


def test_a_zip_called_after_an_item_is_like_a_folder_of_that_name(tmp_path):
    assert gather(tmp_path, [("Vorlage.pdf", PDF)], "TOP 5 Feuerwehr.zip").pdfs[0][0].parent.name == "TOP 5 Feuerwehr"
    inner = zip_bytes([("Vorlage.pdf", PDF), ("b/Anlage.pdf", PDF)])
    found = gather(tmp_path, [("TOP 7.zip", inner), ("TOP 8/Vorlage.pdf", PDF)])
    assert names(found) == ["Anlage.pdf", "TOP 7/Vorlage.pdf", "TOP 8/Vorlage.pdf"]
    assert [path.parent.name for path, _ in found.pdfs] == ["b", "TOP 7", "TOP 8"]
    assert found.pdfs[0][0].parent.parent.name == "TOP 7"


def test_a_zip_in_a_folder_is_unpacked_in_its_place(tmp_path):
    pdfs.write(tmp_path / "s" / "TOP 1" / "a.pdf", [["x"]])
    (tmp_path / "s" / "TOP 2.zip").write_bytes(zip_bytes([("a.pdf", PDF)]))
    pdfs.write(tmp_path / "s" / "TOP 3" / "a.pdf", [["x"]])
    found = gather_inputs([tmp_path / "s"], tmp_path / "w")
    assert names(found) == ["TOP 1/a.pdf", "TOP 2/a.pdf", "TOP 3/a.pdf"]


def test_one_zip_in_a_zip_is_opened_and_not_more(tmp_path):
    deep = zip_bytes([("tief.pdf", PDF)])
    found = gather(tmp_path, [("innen.zip", zip_bytes([("tiefer.zip", deep), ("a.pdf", PDF)]))])
    assert names(found) == ["a.pdf"]
    assert "zweimal" in reasons(found)["tiefer.zip"]


def test_the_bounds_hold_for_a_zip_and_the_zips_in_it_together(tmp_path, monkeypatch):
    monkeypatch.setattr(unzip, "MAX_ZIP_FILES", 5)
    many = [(f"{n}.pdf", PDF) for n in range(6)]
    assert names(gather(tmp_path, many)) == []
    found = gather(tmp_path, [("a.pdf", PDF), ("innen.zip", zip_bytes(many[:4]))])
    assert names(found) == ["a.pdf"]
    assert "mehr als" in reasons(found)["innen.zip"]


def test_the_size_of_all_together_is_bounded(tmp_path, monkeypatch):
    monkeypatch.setattr(unzip, "MAX_ZIP_BYTES", 3000)
    noise = [(f"{n}.pdf", PDF + os.urandom(1000)) for n in range(4)]
    found = gather(tmp_path, noise)
    assert names(found) == ["0.pdf", "1.pdf"]
    assert set(reasons(found).values()) == {"Das ZIP-Archiv ist ausgepackt zu groß."}


@pytest.mark.parametrize(
    "name",
    [
        "../a.pdf",
        "../../../../etc/a.pdf",
        "/etc/a.pdf",
        "C:\\a.pdf",
        "c:a.pdf",
        "..\\a.pdf",
        "x/../../a.pdf",
        "\\\\srv\\a.pdf",
    ],
)
def test_names_that_lead_away_are_refused(tmp_path, name):
    found = gather(tmp_path, [(name, PDF), ("gut.pdf", PDF)])
    assert names(found) == ["gut.pdf"]
    (reason,) = reasons(found).values()
    assert reason == "Der Name dieser Datei im ZIP-Archiv ist nicht zulässig."


def test_a_name_with_a_nul_or_that_the_two_directories_give_differently_is_left_out(tmp_path):
    data = zip_bytes([("aXb.pdf", PDF), ("gut.pdf", PDF)])
    (tmp_path / "a.zip").write_bytes(data.replace(b"aXb.pdf", b"a\0b.pdf"))
    found = gather_inputs([tmp_path / "a.zip"], tmp_path / "w")
    assert names(found) == ["gut.pdf"]
    (tmp_path / "b.zip").write_bytes(data.replace(b"aXb.pdf", b"aYb.pdf", 1))
    found = gather_inputs([tmp_path / "b.zip"], tmp_path / "w")
    assert names(found) == ["gut.pdf"]
    assert list(reasons(found).values()) == ["Diese Datei im ZIP-Archiv ist beschädigt."]


def test_links_in_a_zip_are_not_followed(tmp_path):
    link = zipfile.ZipInfo("verweis.pdf")
    link.create_system = 3
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    found = gather(tmp_path, [(link, b"/etc/passwd"), ("gut.pdf", PDF)])
    assert names(found) == ["gut.pdf"]
    assert "Verknüpfungen" in reasons(found)["verweis.pdf"]


def test_names_that_some_system_cannot_hold_are_changed_on_disk_but_shown_as_they_are(tmp_path):
    strange = ["CON.pdf", "nul/Aux.pdf", "ab:c?.pdf", "L" * 300 + ".pdf", "Ende. /x .pdf", "§ 5 Öffnung – „neu“.pdf"]
    found = gather(tmp_path, [(name, PDF + bytes([n])) for n, name in enumerate(strange)])
    assert len(found.pdfs) == len(strange)
    for path, _ in found.pdfs:
        assert path.read_bytes().startswith(PDF)
        inside = path.relative_to(tmp_path / "w").parts
        assert all(len(part) <= 104 and not part.endswith((" ", ".")) for part in inside)
        assert not {part.partition(".")[0].casefold() for part in inside} & {"con", "nul", "aux"}
        assert not set(":?") & set("".join(inside))
    assert "CON.pdf" in names(found)
    assert "§ 5 Öffnung – „neu“.pdf" in names(found)
    assert all(len(name) < 260 for name in names(found))


@pytest.mark.parametrize("charset", ["cp437", "cp850", "cp1252", "utf-8"])
def test_umlauts_survive_whatever_program_packed_them(tmp_path, charset):
    raw = "Straßengebühr Öffentlich.pdf".encode(charset)
    data = zip_bytes([("X" * len(raw), PDF)]).replace(b"X" * len(raw), raw)
    (tmp_path / "a.zip").write_bytes(data)
    found = gather_inputs([tmp_path / "a.zip"], tmp_path / "w")
    assert names(found) == ["Straßengebühr Öffentlich.pdf"]
    assert found.pdfs[0][0].name == "Straßengebühr Öffentlich.pdf"


def test_the_field_that_holds_the_name_in_utf8_is_used(tmp_path):
    raw, name = b"Stra\xe1e.pdf", "Straße – neu.pdf".encode()
    entry = zipfile.ZipInfo("X" * len(raw))
    entry.extra = struct.pack("<HHBL", 0x7075, 5 + len(name), 1, zlib.crc32(raw)) + name
    (tmp_path / "a.zip").write_bytes(zip_bytes([(entry, PDF)]).replace(b"X" * len(raw), raw))
    assert names(gather_inputs([tmp_path / "a.zip"], tmp_path / "w")) == ["Straße – neu.pdf"]


def test_two_entries_of_one_name_are_two_files(tmp_path):
    with pytest.warns(UserWarning, match="Duplicate"):
        found = gather(tmp_path, [("a.pdf", PDF + b"1"), ("a.pdf", PDF + b"2"), ("A.PDF", PDF + b"3")])
    assert sorted(path.read_bytes()[-1:] for path, _ in found.pdfs) == [b"1", b"2", b"3"]
    assert len({path for path, _ in found.pdfs}) == 3
    assert len(set(names(found))) == 3


def test_a_locked_a_broken_and_a_strangely_packed_entry_cost_only_themselves(tmp_path):
    data = bytearray(zip_bytes([("a.pdf", PDF), ("b.pdf", PDF), ("c.pdf", PDF), ("d.pdf", PDF)], zipfile.ZIP_STORED))
    starts = [at for at in range(len(data)) if data[at : at + 4] == b"PK\x01\x02"]
    data[starts[0] + 8] |= 1  # encrypted
    data[starts[1] + 10] = 9  # Deflate64
    data[data.index(b"c.pdf") + 10] ^= 0xFF  # content
    (tmp_path / "a.zip").write_bytes(data)
    found = gather_inputs([tmp_path / "a.zip"], tmp_path / "w")
    assert names(found) == ["d.pdf"]
    said = reasons(found)
    assert "Passwort" in said["a.pdf"]
    assert "gepackt" in said["b.pdf"]
    assert "beschädigt" in said["c.pdf"]


def test_a_zip64_is_read(tmp_path):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as bundle, bundle.open("a.pdf", "w", force_zip64=True) as entry:
        entry.write(PDF)
    (tmp_path / "a.zip").write_bytes(out.getvalue())
    assert names(gather_inputs([tmp_path / "a.zip"], tmp_path / "w")) == ["a.pdf"]


def test_a_directory_that_would_fill_the_memory_is_not_read(tmp_path):
    data = bytearray(zip_bytes([("a.pdf", PDF)]))
    data[data.rindex(b"PK\x05\x06") + 12 :][:4] = b""
    struct.pack_into("<L", data, data.rindex(b"PK\x05\x06") + 12, 900_000_000)
    (tmp_path / "a.zip").write_bytes(data)
    assert "mehr als" in gather_inputs([tmp_path / "a.zip"], tmp_path / "w").skipped[0].reason


def test_an_entry_that_is_larger_than_it_says_is_left_out(tmp_path):
    data = bytearray(zip_bytes([("a.pdf", PDF + bytes(5000))]))
    struct.pack_into("<L", data, data.rindex(b"PK\x01\x02") + 24, 100)
    (tmp_path / "a.zip").write_bytes(data)
    found = gather_inputs([tmp_path / "a.zip"], tmp_path / "w")
    assert names(found) == []
    assert len(found.skipped) == 1
    assert not [file for file in (tmp_path / "w").rglob("*") if file.is_file()]


@pytest.mark.parametrize("data", [b"", b"PK", b"PK\x05\x06", b"PK\x03\x04" * 50, b"Rar!\x1a\x07", PDF])
def test_what_only_is_called_zip_gets_a_sentence(tmp_path, data):
    (tmp_path / "a.zip").write_bytes(data)
    found = gather_inputs([tmp_path / "a.zip"], tmp_path / "w")
    assert found.pdfs == ()
    assert [entry.reason for entry in found.skipped] == ["Das ZIP-Archiv ist beschädigt."]


def test_an_empty_zip_says_so(tmp_path):
    assert [e.reason for e in gather(tmp_path, []).skipped] == ["In diesem ZIP-Archiv liegt keine PDF-Datei."]


@given(st.binary(max_size=60), st.integers(0, 400), st.integers(0, 400))
def test_no_damage_to_a_zip_raises(tmp_path_factory, noise, at, cut):
    folder = tmp_path_factory.mktemp("z")
    data = zip_bytes([("TOP 1/a.pdf", PDF * 3), ("b.zip", zip_bytes([("c.pdf", PDF)]))])
    (folder / "a.zip").write_bytes(data[:at] + noise + data[at + cut // 8 :])
    found = gather_inputs([folder / "a.zip"], folder / "w")
    assert found.pdfs or found.skipped
    assert all(path.is_relative_to(folder / "w") for path, _ in found.pdfs)


def test_oparl_files_are_handed_on_apart(tmp_path):
    for name in ("papers.jsonl.gz", "sitzung.json", "vorlage.jsonl"):
        (tmp_path / "s" / "daten").mkdir(parents=True, exist_ok=True)
        (tmp_path / "s" / "daten" / name).write_bytes(b"{}")
    pdfs.write(tmp_path / "s" / "a.pdf", [["x"]])
    (tmp_path / "s" / "mehr.zip").write_bytes(zip_bytes([("body.json", b"{}")]))
    (tmp_path / "s" / "alles.tar.gz").write_bytes(b"x")
    found = gather_inputs([tmp_path / "s"], tmp_path / "w")
    assert names(found) == ["a.pdf"]
    assert [name for _, name in found.oparl] == ["papers.jsonl.gz", "sitzung.json", "vorlage.jsonl", "body.json"]
    assert all(path.is_file() for path, _ in found.oparl)
    assert [entry.reason for entry in found.skipped] == [
        "Archive der Art „.tgz“ werden nicht ausgepackt; bitte als ZIP-Archiv oder als Ordner übergeben."
    ]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("brief.docx", "„.docx“"),
        ("brief.odt", "als PDF speichern"),
        ("seite.TIF", "Bilder"),
        ("seite.jpg", "eingescannte Seiten als PDF"),
        ("post.eml", "E-Mails"),
        ("post.msg", "Anhänge"),
        ("alles.7z", "ZIP-Archiv oder als Ordner"),
        ("halb.pdf.crdownload", "noch nicht fertig"),
        ("vorlage.pdf.p7s", "Signaturen"),
        ("film.mp4", "„.mp4“"),
        ("ohne", "dieser Art"),
        ("ende.§$%&", "dieser Art"),
    ],
)
def test_what_is_not_read_gets_one_clear_sentence_alone_and_in_a_zip(tmp_path, name, said):
    (tmp_path / name).write_bytes(b"Inhalt")
    (tmp_path / "a.zip").write_bytes(zip_bytes([(name, b"Inhalt"), ("gut.pdf", PDF)]))
    found = gather_inputs([tmp_path / name, tmp_path / "a.zip"], tmp_path / "w")
    assert names(found) == ["gut.pdf"]
    one, two = found.skipped
    assert one.reason == two.reason
    assert said in one.reason
    assert one.reason.endswith(".")
    assert two.path.endswith(f"a.zip: {name}")


def test_a_pdf_is_known_by_its_first_bytes_where_the_name_does_not_say(tmp_path):
    known = ["ohne Endung", "Anlage zu § 3.2", "Anlage.PDF", "Anlage.pdf "]
    for name in known:
        (tmp_path / "s").mkdir(exist_ok=True)
        (tmp_path / "s" / name).write_bytes(PDF)
    (tmp_path / "a.zip").write_bytes(zip_bytes([(f"z{name}", PDF) for name in known]))
    found = gather_inputs([tmp_path / "s", tmp_path / "a.zip"], tmp_path / "w")
    assert len(found.pdfs) == 8
    assert found.skipped == ()


def test_files_of_systems_and_programs_are_passed_over(tmp_path):
    for name in (".DS_Store", "__MACOSX/._a.pdf", "~$brief.docx", "Thumbs.db", ".git/x.pdf"):
        (tmp_path / "s" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "s" / name).write_bytes(PDF)
    (tmp_path / "a.zip").write_bytes(
        zip_bytes([(str(f.relative_to(tmp_path / "s")), PDF) for f in (tmp_path / "s").rglob("*") if f.is_file()])
    )
    found = gather_inputs([tmp_path / "s", tmp_path / "a.zip"], tmp_path / "w")
    assert found.pdfs == ()
    assert [e.reason for e in found.skipped] == [
        "In diesem Ordner liegt keine PDF-Datei.",
        "In diesem ZIP-Archiv liegt keine PDF-Datei.",
    ]


def test_a_file_given_twice_is_read_once_and_namesakes_of_two_zips_are_told_apart(tmp_path):
    path = pdfs.write(tmp_path / "s" / "a.pdf", [["x"]])
    assert names(gather_inputs([tmp_path / "s", path, path], tmp_path / "w")) == ["a.pdf"]
    for name in ("Mai.zip", "Juni.zip"):
        (tmp_path / name).write_bytes(zip_bytes([("Vorlage.pdf", PDF + name.encode())]))
    found = gather_inputs([tmp_path / "Mai.zip", tmp_path / "Juni.zip"], tmp_path / "w")
    assert names(found) == ["Mai.zip/Vorlage.pdf", "Juni.zip/Vorlage.pdf"]


def test_paths_that_are_no_files_get_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr("ratsassistent.pack.files.inputs.MAX_FOLDER_FILES", 3)
    for n in range(4):
        pdfs.write(tmp_path / "viel" / f"{n}.pdf", [["x"]])
    given_paths = [tmp_path / "viel", tmp_path / "fehlt.pdf", Path("a\0b.pdf"), Path("x" * 5000)]
    if sys.platform != "win32":
        os.mkfifo(tmp_path / "rohr.pdf")
        given_paths.append(tmp_path / "rohr.pdf")
    found = gather_inputs(given_paths, tmp_path / "w")
    assert found.pdfs == ()
    assert len(found.skipped) == len(given_paths)
    assert all(entry.reason.endswith(".") for entry in found.skipped)


@given(st.lists(st.text(max_size=8), max_size=6))
def test_natural_order_takes_any_name(texts):
    assert sorted(texts, key=natural_key) == sorted(sorted(texts), key=natural_key)


def test_natural_order_counts():
    assert sorted(["Anlage 10", "anlage 2", "Anlage ²"], key=natural_key)[1] == "Anlage 10"
    natural_key("9" * 5000)
