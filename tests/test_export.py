"""A briefing as Markdown, DOCX and PDF says the same in all three: wording, pages, who wrote what, and how sure it is."""

from __future__ import annotations

import io
import re
import zipfile
from xml.etree import ElementTree as ET

import exported
import full_briefing as sample
import pytest
from exported import FORMATS, text_of, tight

from ratsassistent.briefings import Briefing, ItemBriefing, ItemSource, PaperPages
from ratsassistent.errors import InputError
from ratsassistent.oparl import FileSpan
from ratsassistent.output import export
from ratsassistent.output.blocks import Bullets, Document, Heading, Notice, Paragraph, Quote, Run, Table
from ratsassistent.output.document import compose
from ratsassistent.output.document_about import SOURCE_TYPE, marking


def lines(given: Document) -> list[str]:
    """The blocks as plain lines: headings with "#", the rest as it is."""
    found: list[str] = []

    def text(line: tuple[Run, ...]) -> str:
        return " ".join(run.text for run in line)

    for block in given.blocks:
        match block:
            case Heading(level=level, text=words, kind=kind):
                found.append(f"{'#' * level} {words}{f' ({kind})' if kind else ''}")
            case Notice(text=words, more=more):
                found.append(f"! {words} {more}".strip())
            case Paragraph(line=line):
                found.append(text(line))
            case Bullets(entries=entries):
                found += [f"- {text(entry)}" for entry in entries]
            case Quote(lines=quoted, line=line):
                found += [*(f"> {each}" for each in quoted), text(line)]
            case Table(head=head, rows=rows, line=line):
                found += [" | ".join(head), *(" | ".join(text(c) for c in row) for row in rows), text(line)]
    return [line for line in found if line]


def section(given: Document, title: str) -> list[str]:
    """The lines below a heading, up to the next one of its level."""
    found = lines(given)
    start = next(n for n, line in enumerate(found) if re.fullmatch(rf"#+ {re.escape(title)}( \(.*\))?", line))
    level = found[start].partition(" ")[0]
    stop = (n for n in range(start + 1, len(found)) if re.match(rf"#{{1,{len(level)}}} ", found[n]))
    return found[start + 1 : next(stop, len(found))]


@pytest.fixture(scope="module")
def made() -> dict[str, bytes]:
    """The full briefing with a non-public item, in every format."""
    given = sample.full(sample.plot())
    return {form: export.render(given, form) for form in FORMATS}


# --- what is said, whatever the format


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(
    "words",
    [
        "Gemeinderat, 26.01.2027",
        "Dienstag, 26. Januar 2027, 18:30 Uhr",
        "Dieses Papier enthält Nichtöffentliches und darf nicht weitergegeben werden.",
        "Die größten Beträge",
        "Anlage 3 zur Brücke liegt nicht bei.",
        "Seiten der Unterlagen",
        "S. 11–25",
        "Dieser Punkt hatte vor dem Nachtrag die Nummer Ö 4.",
        "Beschlussvorlage BV 2027/003",
        "1. Der Rat stimmt der Sanierung der Brücke „Am Wehr“ zu.",
        "2. Die Kosten von 1.200.000 € werden genehmigt; § 45 GemO gilt.",
        "KI Die Brücke wird für 1,2 Mio. Euro saniert. (Zahlen und Namen stehen auf S. 12)",
        "KI Sie kostet 9 Mio. Euro. (S. 12) nicht belegt: 9 Mio. Euro",
        "Die Fahrbahn ist gerissen. (S. 12) Mit der Seite verglichen von B. Beispiel.",
        "Standort B: Der Kreis zahlt die Hälfte. (S. 13)",
        "Berichtigt von A. Muster Die Sperrung dauert acht Wochen. (S. 12) Zuvor: „Die Sperrung dauert acht Monate.“",
        "Anmerkung von A. Muster Bitte beim Bauamt nach dem Prüfbericht fragen.",
        "Anlage 1: Prüfbericht (9 Seiten, S. 16): Die Note ist 3,2. (S. 16)",
        "1.400.000 € Summe – 1.400.000 € (S. 19)",
        "Was kostet der Unterhalt? Folgekosten sind nicht genannt. (S. 13)",
        "KI Warum nicht Variante B?",
        "In einfacher Sprache (von der KI geschrieben)",
        "mehrheitlich angenommen (14 Ja, 3 Nein, 1 Enthaltung) (Niederschrift, S. 2)",
        "Adam (Freie)",
        "bisher: „1.100.000 €“ (alt, S. 4) jetzt: „1.200.000 €“ (S. 13)",
        "Anlage 3, erwähnt auf S. 14, liegt nicht bei",
        "Zu diesem Punkt liegen keine Unterlagen bei.",
        "Nichtöffentlich – vertraulich behandeln.",
        "Frühere Beschlüsse dazu (vom Programm verknüpft)",
        "Prüfung der Brücke „Am Wehr“: dieselbe Vorlage, am 12.11.2026 im Bauausschuss angenommen; in beiden Titeln „Am Wehr“.",
        "Ergebnis: „Mehrheitlich zugestimmt“ (Niederschrift 2026, S. 4)",
        "Niederschrift 2026.pdf",
        "Artikel 50 der KI-Verordnung",
        "Prüfmodell 1B (Lizenz: Apache-2.0)",
        "ab" * 32,
        "cd" * 32,
        "12,3 Wh",
        "Niederschrift.pdf",
        "KI Die Brücke gehört dem Land. (S. 12) nicht belegt: Land",
        "39 von 40 Seiten gelesen.",
        "Die Seite ist leer gescannt.",
        "maßgeblich sind allein sie",
    ],
)
def test_every_format_says_it(made: dict[str, bytes], form: str, words: str) -> None:
    assert tight(words) in tight(text_of(form, made[form]))


@pytest.mark.parametrize("form", FORMATS)
def test_the_formats_agree_word_for_word(made: dict[str, bytes], form: str) -> None:
    """Every line of the document stands in the file, in this order."""
    rest = tight(text_of(form, made[form]))
    if form == "pdf":  # heads, feet and repeated table heads come between the lines
        assert all(tight(re.sub(r"^[#>!-]+ ", "", each)).replace("|", "") in rest.replace("|", "") for each in _short())
        return
    for each in _short():
        _, found, rest = rest.partition(tight(re.sub(r"^[#>!-]+ ", "", each)).replace("|", ""))
        assert found, each


def _short() -> list[str]:
    """Lines that fit on one line of print, so that no page border can fall into them."""
    return [line for line in lines(compose(sample.full(sample.plot()))) if len(line) < 70]


def test_the_proposed_resolution_stands_first_and_whole() -> None:
    found = section(compose(sample.full()), "TOP Ö 5: Sanierung der Brücke „Am Wehr“")
    assert found[1] == "## Beschlussvorschlag (Wortlaut)"
    wording = [line.removeprefix("> ") for line in found[2:6]]
    assert tight("".join(wording)) == tight(sample.RESOLUTION)
    assert found[6] == "(S. 11)"


def test_a_very_long_resolution_is_never_cut() -> None:
    long = "\n".join(f"{n}. Der Rat beschließt Punkt {n} mit Kosten von {n}.000 Euro." for n in range(1, 400))
    item = sample.bridge().model_copy(
        update={"resolution": sample.Wording(text=long, citation=sample.on(*range(11, 20)))}
    )
    given = sample.full().model_copy(update={"agendaItem": (item,)})
    for form in ("md", "docx"):
        assert tight(long) in tight(text_of(form, export.render(given, form)))
    shown = tight(text_of("pdf", export.render(given, "pdf")))
    assert all(tight(line) in shown for line in long.splitlines())
    assert "(S.11–19)" in shown


def test_items_are_told_in_one_order_and_nothing_empty_is_shown() -> None:
    titles = [
        line for line in section(compose(sample.full()), "TOP Ö 5: Sanierung der Brücke „Am Wehr“") if line[:2] == "##"
    ]
    assert [re.sub(r"## | \(.*", "", t) for t in titles] == [
        "Beschlussvorschlag", "Ergebnis laut Niederschrift", "Worum es geht", "Kurzfassung der Vorlage", "Kosten", "Fristen",
        "Anmerkungen", "Beträge", "Termine und Fristen", "Beratungsfolge", "Angaben im Formular", "Frühere Beschlüsse dazu", "Anlagen",
        "Widersprüche in den Unterlagen", "Mögliche Fragen", "In einfacher Sprache", "Geändert gegenüber der früheren Fassung",
        "Fehlt in den Unterlagen", "Pläne und Zeichnungen",
    ]  # fmt: skip
    assert section(compose(sample.full()), "TOP Ö 6: Verschiedenes") == ["Zu diesem Punkt liegen keine Unterlagen bei."]
    unread = ItemSource(
        item_id="ra:top-3",
        papers=(
            PaperPages(
                reference="V 9", paperType=None, name="x", files=(FileSpan(file_id="f", name="f.pdf", first=1, last=2),)
            ),
        ),
    )
    given = sample.full().model_copy(update={"sources": (unread,)})
    assert (
        section(compose(given), "TOP Ö 6: Verschiedenes")[-1] == "Zu diesem Punkt liegen keine lesbaren Unterlagen bei."
    )


def test_an_earlier_resolution_names_its_source_and_a_public_item_none_that_is_not_public() -> None:
    def told(item: ItemBriefing, *found: object) -> list[str]:
        given = sample.full().model_copy(update={"agendaItem": (item.model_copy(update={"earlier": found}),)})
        return [line for line in lines(compose(given)) if line.startswith("- Prüfung der Brücke")]

    without_page = sample.decided_before(citation=())
    assert told(sample.bridge(), without_page)[0].endswith("Ergebnis: „Mehrheitlich zugestimmt“ (8. Sitzung)")
    for hidden in (False, None):
        assert told(sample.bridge(), sample.decided_before(hidden)) == []
        assert len(told(sample.plot(), sample.decided_before(hidden))) == 1


def test_sentences_under_the_name_of_the_wording_are_no_part_of_it() -> None:
    motion = sample.Wording(text="Die Verwaltung prüft es.", citation=sample.on(3), kind="motion")
    given = compose(only(resolution=motion, statements=(sample.said("Freie Liste", label="Antrag"),)))
    found = section(given, "TOP N 1: Kauf eines Grundstücks")
    assert [line for line in found if line[0] == "#"] == ["## Antrag (Wortlaut)", "## Zum Antrag (Auszug)"]


def test_only_what_is_whole_wording_is_marked_so_beside_extracts() -> None:
    mixed = (sample.said("Ganz.", "verbatim", label="Kosten"), sample.said("Ein Satz.", label="Kosten"))
    assert section(compose(only(statements=mixed)), "Kosten") == ["- Wortlaut Ganz. (S. 12)", "- Ein Satz. (S. 12)"]


def test_the_way_through_the_committees_shows_only_filled_columns() -> None:
    found = section(compose(sample.full()), "Beratungsfolge")
    assert found == [
        "Gremium | Termin | Zuständigkeit | Ergebnis",
        "Bauausschuss | 12.01.2027 | Vorberatung | ja",
        "Gemeinderat | 26.01.2027 | Entscheidung | ",
    ]


def test_figures_of_one_sentence_share_a_row_and_long_sentences_are_cut_around_them() -> None:
    words = " ".join(f"Wort{n}" for n in range(40))
    item = sample.bridge().model_copy(
        update={
            "amounts": tuple(
                sample.Amount(
                    text=text, value=1.0, citation=sample.on(15), context=f"{words} 7 Euro und 9 Euro {words}"
                )
                for text in ("7 Euro", "9 Euro")
            )
        }
    )
    _, row = section(compose(sample.full().model_copy(update={"agendaItem": (item,)})), "Beträge")
    assert row.startswith("7 Euro; 9 Euro | … Wort")
    assert "7 Euro und 9 Euro" in row
    assert row.endswith("… | S. 15")
    assert len(row.split()) < 40


# --- who wrote it: Article 50


@pytest.mark.parametrize("form", FORMATS)
def test_what_no_model_wrote_does_not_claim_one(form: str) -> None:
    shown = text_of(form, export.render(sample.extract_only(), form))
    assert "Ohne Sprachmodell erstellt" in shown.replace("\n", " ")
    assert not re.search(r"\bKI\b|KI-|Artikel 50|künstlich", shown)
    assert properties(form, export.render(sample.extract_only(), form))["AIGeneratedText"] == "none"
    assert b"trainedAlgorithmicMedia" not in unpacked(form, export.render(sample.extract_only(), form))


@pytest.mark.parametrize("form", FORMATS)
def test_the_marking_is_in_the_metadata(made: dict[str, bytes], form: str) -> None:
    assert properties(form, made[form]) == {
        "AIGeneratedText": "partly",
        "DigitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia",
        "AIModel": "Prüfmodell 1B",
        "AIModelSHA256": "ab" * 32,
        "AIModelLicence": "Apache-2.0",
        "AIPrompts": f"zusammenfassung sha256:{'cd' * 32}",
        "Written": "2027-01-20T09:30:12+00:00",
        "SourceFiles": "Sitzungspaket Wallerfurt.pdf; Niederschrift.pdf; alt.pdf; Niederschrift 2026.pdf",
        "ContainsNonPublic": "yes",
        "Software": properties(form, made[form])["Software"],
    }


def properties(form: str, made: bytes) -> dict[str, str]:
    """The marking as a machine reads it, title and keywords left out."""
    if form == "md":
        found = exported.front_matter(made)
        return {k: v for k, v in found.items() if k not in ("title", "lang", "keywords")}
    if form == "docx":
        root = exported.document_xml(made, "docProps/custom.xml")
        return {p.attrib["name"]: "".join(p.itertext()) for p in root}
    reader = exported.pdf(made)
    assert reader.metadata
    usual = {"/Title", "/Author", "/Subject", "/Keywords", "/Creator", "/Producer", "/CreationDate", "/ModDate"}
    return {k.removeprefix("/"): str(v) for k, v in reader.metadata.items() if k not in usual}


def unpacked(form: str, made: bytes) -> bytes:
    if form != "docx":
        return made
    archive = zipfile.ZipFile(io.BytesIO(made))
    return b"".join(archive.read(name) for name in archive.namelist())


def only(**change: object) -> Briefing:
    """A briefing of one public item with this in it."""
    item = sample.plot(public=True).model_copy(update=change)
    return sample.extract_only().model_copy(update={"agendaItem": (item,)})


@pytest.mark.parametrize(
    ("change", "share"),
    [
        ({}, "none"),
        ({"statements": (sample.GOOD,)}, "partly"),
        ({"withheld": (sample.WRONG,)}, "partly"),
        ({"plain_language": (sample.GOOD,)}, "partly"),
        ({"open_questions": (sample.OpenQuestion(text="?", reason="", origin="model"),)}, "partly"),
        ({"open_questions": (sample.OpenQuestion(text="?", reason=""),)}, "none"),
        ({"annexes": (sample.AnnexLine(name="A", pages=1, statement=sample.GOOD),)}, "partly"),
        ({"statements": (sample.CORRECTED,), "model": sample.MODEL}, "partly"),  # the old wording is shown
        ({"statements": (sample.CORRECTED,)}, "none"),
        ({"model": sample.MODEL}, "none"),  # it wrote nothing that is left
    ],
)
def test_a_document_is_ai_assisted_when_a_sentence_in_it_is(change: dict[str, object], share: str) -> None:
    marked = marking(only(**change))
    assert marked.ai_text == share
    assert (marked.properties().get("DigitalSourceType") == SOURCE_TYPE) == (share == "partly")
    found = " ".join(lines(compose(only(**change))))
    assert ("Einzelne Sätze hat eine KI geschrieben" in found) == (share == "partly")
    assert ("Ohne Sprachmodell erstellt" in found) == (share == "none" and "model" not in change)


def test_a_model_that_took_part_and_left_no_sentence_is_named_but_not_as_a_writer() -> None:
    found = " ".join(lines(compose(only(model=sample.MODEL))))
    assert "Ein Sprachmodell hat mitgelesen (Prüfmodell 1B, auf diesem Rechner)" in found
    assert "Artikel 50" not in found


def test_what_the_check_did_not_find_is_listed_once_for_the_whole_document() -> None:
    assert section(compose(sample.full()), "Nicht belegte Aussagen") == [
        "- TOP Ö 5: KI Sie kostet 9 Mio. Euro. (S. 12) nicht belegt: 9 Mio. Euro"
    ]
    assert section(compose(sample.full()), "Vom Programm zurückgehalten")[1:] == [
        "- TOP Ö 5: KI Die Brücke gehört dem Land. (S. 12) nicht belegt: Land"
    ]
    (none,) = section(compose(only(statements=(sample.GOOD,))), "Nicht belegte Aussagen")
    assert none.startswith("Keine:")
    assert "# Nicht belegte Aussagen" not in "\n".join(lines(compose(sample.extract_only())))


def test_a_sentence_that_was_not_checked_says_so() -> None:
    unchecked = sample.GOOD.model_copy(update={"check": "none"})
    assert section(compose(only(statements=(unchecked,))), "Worum es geht") == [
        "- KI Die Brücke wird für 1,2 Mio. Euro saniert. (S. 12; nicht nachgesehen)"
    ]


# --- what may not be passed on


@pytest.mark.parametrize("public", [False, None])
def test_one_non_public_item_makes_the_whole_document_confidential(public: bool | None) -> None:
    given = compose(sample.full(sample.plot(public)))
    assert lines(given)[0].startswith("! Dieses Papier enthält Nichtöffentliches")
    assert "TOP N 1" in lines(given)[0]
    assert given.warning == "Enthält Nichtöffentliches – nicht weitergeben."
    banner = section(given, "TOP N 1: Kauf eines Grundstücks")[0]
    assert banner.startswith("! Nichtöffentlich – vertraulich behandeln.")
    assert ("sagen die Unterlagen nicht" in banner) == (public is None)


def test_a_public_document_does_not_warn() -> None:
    given = compose(sample.full())
    overview = [line for line in lines(given) if "Bericht" not in line]  # an item of the overview that is not known
    assert overview[0].startswith("Diese Datei enthält nur Öffentliches")
    assert "Nichtöffentliches ist" in overview.pop(0)
    assert "ichtöffentlich" not in " ".join(overview) + given.warning


@pytest.mark.parametrize("form", FORMATS)
def test_every_page_of_print_carries_the_warning(made: dict[str, bytes], form: str) -> None:
    if form == "pdf":
        assert all("Enthält Nichtöffentliches" in page.extract_text() for page in exported.pdf(made["pdf"]).pages)
    elif form == "docx":
        header = exported.document_xml(made["docx"], "word/header1.xml")
        assert "Enthält Nichtöffentliches" in "".join(header.itertext())
    else:
        assert exported.front_matter(made["md"])["ContainsNonPublic"] == "yes"


# --- pages and files


def test_the_file_of_nearly_all_papers_is_named_once_and_others_each_time() -> None:
    found = " ".join(lines(compose(sample.full())))
    assert "die zwölfte Seite der Datei Sitzungspaket Wallerfurt" in found
    assert "Bei anderen Dateien steht der Name dabei." in found
    assert "(Niederschrift, S. 2)" in found


def test_without_such_a_file_an_item_of_two_files_names_both_and_one_of_one_names_none() -> None:
    two = (
        sample.said("Eins.", page=1),
        sample.said("Zwei.", page=2).model_copy(update={"citation": sample.on(2, file="B.pdf")}),
    )
    one = tuple(s.model_copy(update={"citation": sample.on(7, file="C.pdf")}) for s in (sample.said("Drei."),))
    items = tuple(
        ItemBriefing(id=f"ra:{n}", number=str(n), name="x", public=True, level="auszug", statements=statements)
        for n, statements in enumerate((two, one))
    )
    given = compose(sample.extract_only().model_copy(update={"agendaItem": items}))
    assert section(given, "TOP 0: x")[1:] == ["- Eins. (Sitzungspaket Wallerfurt, S. 1)", "- Zwei. (B, S. 2)"]
    assert section(given, "TOP 1: x")[1:] == ["- Drei. (S. 7)"]
    assert "die zwölfte Seite der genannten Datei" in " ".join(lines(given))


def test_what_the_overview_leads_to_need_not_be_there() -> None:
    given = compose(sample.full())
    targets = {run.target for block in given.blocks if isinstance(block, Bullets) for e in block.entries for run in e}
    assert len(targets - {None}) == 1  # "Ö 9" is no item of this document


def test_items_whose_summary_is_still_to_come_are_counted() -> None:
    assert "Zu 1 Punkt steht die Zusammenfassung noch aus; dort steht der Auszug." in lines(
        compose(sample.full(sample.plot()))
    )
    assert "noch aus" not in " ".join(lines(compose(sample.full())))


# --- writing


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path, monkeypatch) -> None:
    target = tmp_path / "a.md"
    target.write_text("alt")
    export.write(sample.extract_only(), "md", target)
    assert target.read_bytes() == export.render(sample.extract_only(), "md")
    assert [p.name for p in tmp_path.iterdir()] == ["a.md"]

    def full(self, made: bytes) -> int:
        with self.open("wb") as file:
            file.write(made[:1])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.write_bytes", full)
    before = target.read_bytes()
    with pytest.raises(InputError, match="lässt sich nicht schreiben"):
        export.save(b"neu", target)
    assert target.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["a.md"]


@pytest.mark.parametrize(
    ("name", "form"), [("a.docx", "docx"), ("a.PDF", "pdf"), ("a.json", "json"), ("a.md", "md"), ("a", "md")]
)
def test_the_ending_says_the_format(tmp_path, name: str, form: str) -> None:
    assert export.format_of(tmp_path / name) == form


def test_a_file_name_is_safe_whatever_the_meeting_is_called() -> None:
    evil = sample.extract_only().model_copy(update={"name": "../../etc/pass wd: „Rat“\x00\n"})
    assert re.fullmatch(r"[\w.-]+\.pdf", export.file_name(evil, "pdf"))
    assert not export.file_name(evil, "pdf").startswith(".")
    assert export.file_name(evil.model_copy(update={"name": "///"}), "docx") == "Auswertung.docx"
    assert export.file_name(sample.full(), "pdf") == "Gemeinderat-26.01.2027.pdf"


def test_the_metadata_of_a_pdf_is_xmp_that_parses(made: dict[str, bytes]) -> None:
    xmp = exported.pdf(made["pdf"]).trailer["/Root"]["/Metadata"].get_data()
    root = ET.fromstring(xmp.decode().partition("?>")[2].rpartition("<?xpacket")[0])
    iptc = "{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}"
    assert [e.text for e in root.iter(f"{iptc}DigitalSourceType")] == [SOURCE_TYPE]
    assert [e.text for e in root.iter(f"{iptc}AISystemUsed")] == ["Prüfmodell 1B"]
    assert xmp in made["pdf"]  # not compressed: a search finds it
