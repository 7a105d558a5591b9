"""Writes the papers of this folder as PDFs: one paper each, with one attack (or one harmless twin) at one place.

What enters: the texts (`vorlagen.toml`, `angriffe.toml`, `zwillinge.toml`). What leaves: PDF files in a folder, whose names say
nothing about what is in them unless the name is the place of the attack.
What it does not know: the program that reads them.
"""

from __future__ import annotations

import base64
import codecs
import io
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from fpdf import FPDF
from PIL import Image, ImageDraw, ImageFilter, ImageFont
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, FloatObject, NameObject, TextStringObject

HERE = Path(__file__).parent
FONTS = files("ratsassistent.demo") / "quelle" / "schriften"
HEADS = {
    "klassisch": ("Beschlussvorschlag:", "Begründung:", "Finanzielle Auswirkungen:"),
    "formular": ("Beschlussvorschlag", "Sachverhalt", "Kosten"),
    "brief": ("Antrag zur Beschlussfassung", "Sach- und Rechtslage", "Kosten und Finanzierung"),
    "tabelle": ("Beschlussantrag", "Erläuterungen", "Finanzielle Auswirkungen"),
}
ALL_LETTERS = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")  # Cyrillic ones as well
LOOKALIKE = str.maketrans("aeopcxyi", "аеорсхуі")


@dataclass(frozen=True)
class Fall:
    """A paper to be written: what stands in it, and what was put into it."""

    kennung: str
    vorlage: dict[str, Any]
    stelle: str = ""
    text: str = ""
    haelfte: str = ""
    merkwort: str = ""
    datei: str = field(default="")


def faelle(art: str) -> list[Fall]:
    """The papers of a kind: "angriffe", "zwillinge", or "rein" (without anything put in)."""
    vorlagen = {v["kennung"]: v for v in _toml("vorlagen")["vorlage"]}
    if art == "rein":
        return [Fall(f"rein-{key}", v) for key, v in vorlagen.items()]
    if art == "zwillinge":
        return [
            Fall(f"zwilling-{n}", vorlagen[z["vorlage"]], z["stelle"], z["text"])
            for n, z in enumerate(_toml("zwillinge")["zwilling"], 1)
        ]
    return [
        Fall(a["kennung"], vorlagen[a["vorlage"]], a["stelle"], a["text"], a["haelfte"], a.get("merkwort", ""))
        for a in _toml("angriffe")["angriff"]
    ]


def _toml(name: str) -> dict[str, Any]:
    return tomllib.loads((HERE / f"{name}.toml").read_text("utf-8"))


def schreiben(fall: Fall, ordner: Path) -> Path:
    """Write the paper of a case; returns the file."""
    ordner.mkdir(parents=True, exist_ok=True)
    name = fall.text.replace(" ", "_") if fall.stelle == "dateiname" else f"vorlage-{fall.kennung}"
    path = ordner / f"{name}.pdf"
    data = _Blatt(fall).data()
    path.write_bytes(_danach(fall, data))
    return path


class _Blatt(FPDF):
    """The paper of one case in the layout of its town."""

    def __init__(self, fall: Fall) -> None:
        super().__init__(format="A4", unit="mm")
        self.fall, self.v, self.stelle = fall, fall.vorlage, fall.stelle
        self.set_auto_page_break(True, 20)
        self.set_margins(22, 20, 20)
        for style, name in (("", "Arimo-Regular"), ("B", "Arimo-Bold")):
            with as_file(FONTS / f"{name}.ttf") as path:
                self.add_font("arimo", style, path)
        with as_file(FONTS / "DejaVuSans-Zeichen.ttf") as path:
            self.add_font("zeichen", "", ALL_LETTERS if ALL_LETTERS.is_file() else path)
        self.set_fallback_fonts(["zeichen"], exact_match=False)

    def data(self) -> bytes:  # noqa: PLR0912 - one branch a place
        """The bytes of the PDF."""
        fall = self.fall
        self.set_title(fall.text if self.stelle == "titel" else f"Vorlage {self.v['nummer']}")
        if self.stelle == "betreff":
            self.set_subject(fall.text)
        if self.stelle == "stichwoerter":
            self.set_keywords(fall.text)
        if self.stelle == "xmp":
            self.set_xmp_metadata(
                '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/">'
                f"<dc:description>{fall.text}</dc:description></rdf:Description></rdf:RDF>"
            )
        self.add_page()
        if self.stelle == "lesezeichen":
            self.start_section(fall.text)
        self._kopf()
        beschluss, grund, kosten = HEADS[self.v["stil"]]
        self._titel(beschluss)
        self._absatz(self.v["beschluss"])
        if self.stelle == "beschluss":
            self._absatz(fall.text)
        self._titel(grund)
        texts = list(self.v["text"])
        for number, sentence in enumerate(texts[:5]):
            if number == 3:
                self._darin()
            self._absatz(sentence)
        if self.stelle == "seiten":
            first, second = (part.strip() for part in fall.text.split("|"))
            self._absatz(first)
            self.add_page()
            self._absatz(second)
        self._titel(kosten)
        for sentence in texts[5:]:
            self._absatz(sentence)
        if self.stelle == "anlage":
            self.add_page()
            self._titel("Anlage 1")
            self._absatz("Übersicht der eingegangenen Stellungnahmen der beteiligten Stellen.")
            self._absatz(fall.text)
            self._absatz("Die Stellungnahmen können in der Verwaltung eingesehen werden.")
        if self.stelle in ("scan", "ocr_ebene"):
            self.add_page()
            if self.stelle == "ocr_ebene":
                with self.local_context(text_mode="INVISIBLE"):
                    self.set_xy(22, 40)
                    self._absatz(fall.text)
            self.image(_scan(fall), x=0, y=0, w=210)
        if self.stelle == "anhang":
            self.embed_file(basename="hinweise.txt", bytes=fall.text.encode(), desc="Hinweise")
        return bytes(self.output())

    def _kopf(self) -> None:
        v = self.v
        match v["stil"]:
            case "klassisch":
                self._zeile(v["ort"], 13, "B")
                self._zeile(f"{v['art']} Nr. {v['nummer']}")
                self._zeile(f"Gremium: {v['gremium']}   Sitzung am 8. Dezember 2026   öffentlich")
                self._zeile(f"Betreff: {v['titel']}", style="B")
            case "formular":
                self.set_fill_color(28, 62, 106)
                self.set_text_color(255)
                self.set_font("arimo", "B", 12)
                self.cell(0, 9, f"{v['ort']} – {v['art']}", fill=True, new_x="LMARGIN", new_y="NEXT")
                self.set_text_color(0)
                for name, value in (("Vorlage", v["nummer"]), ("Gremium", v["gremium"]), ("Datum", "08.12.2026")):
                    self.set_font("arimo", "", 10)
                    self.cell(40, 7, name, border=1)
                    self.cell(0, 7, value, border=1, new_x="LMARGIN", new_y="NEXT")
                self._zeile(f"Betreff: {v['titel']}", style="B")
            case "brief":
                self._zeile(f"{v['ort']}, Der Bürgermeister", 11)
                self._zeile(f"An den {v['gremium']}")
                self._zeile(f"{v['art']} {v['nummer']} für die öffentliche Sitzung am 08.12.2026")
                self._zeile(f"Betreff: {v['titel']}", 12, "B")
            case _:
                self._zeile(v["ort"], 12, "B")
                for left, right in ((v["art"], v["nummer"]), ("Beratung", v["gremium"]), ("Termin", "08.12.2026 Ö")):
                    self.set_font("arimo", "", 10)
                    self.cell(60, 6, left)
                    self.cell(0, 6, right, new_x="LMARGIN", new_y="NEXT")
                self._zeile(f"Titel: {v['titel']}", style="B")

    def _zeile(self, text: str, size: float = 10.5, style: str = "") -> None:
        self.set_font("arimo", style, size)
        self.multi_cell(0, 6, text, new_x="LMARGIN", new_y="NEXT")

    def _titel(self, text: str) -> None:
        self.ln(3)
        self._zeile(text, 11, "B")

    def _absatz(self, text: str, size: float = 10.5) -> None:
        self.set_font("arimo", "", size)
        self.multi_cell(0, max(0.45 * size, 0.5), text, align="L", new_x="LMARGIN", new_y="NEXT")
        self.ln(1.5)

    def _darin(self) -> None:  # noqa: PLR0912, PLR0915 - one branch a place
        """What stands in the middle of the reasons."""
        text, stelle = self.fall.text, self.stelle
        match stelle:
            case "text":
                self._absatz(text)
            case "zeilen":
                for line in text.split("- "):
                    self._zeile(line + ("-" if not line.endswith(".") else ""))
            case "base64":
                self._absatz(f"Aktenzeichen des Fachamts: {base64.b64encode(text.encode()).decode()}")
            case "rot13":
                self._absatz(codecs.encode(text, "rot13"))
            case "homoglyph":
                self._absatz(text.translate(LOOKALIKE))
            case "gesperrt":
                self._absatz("  ".join(" ".join(word) for word in text.split()))
            case "weiss" | "grau":
                self.set_text_color(255 if stelle == "weiss" else 250)
                self._absatz(text)
                self.set_text_color(0)
            case "balken":
                self.set_fill_color(20, 40, 80)
                top = self.get_y()
                self.rect(20, top - 1, 172, 14, style="F")
                self.set_text_color(20, 40, 80)
                self._absatz(text)
                self.set_text_color(0)
                self.set_y(top + 16)
            case "weisse_schrift_dunkel":
                self.set_fill_color(20, 40, 80)
                top = self.get_y()
                self.rect(20, top - 1, 172, 14, style="F")
                self.set_text_color(255)
                self._absatz(text)
                self.set_text_color(0)
                self.set_y(top + 16)
            case "winzig":
                self._absatz(text, 1.2)
            case "daneben" | "schnittmarken":
                at = self.get_x(), self.get_y()
                self.set_font("arimo", "", 10)
                self.text(-170, 120, text)
                self.set_xy(*at)
            case "beschnitt":
                self.set_font("arimo", "", 9)
                self.text(25, 290, text)
            case "hinter_bild" | "hinter_flaeche":
                top = self.get_y()
                self._absatz(text)
                if stelle == "hinter_bild":
                    self.image(_bild(), x=20, y=top - 2, w=172, h=18)
                else:
                    self.set_fill_color(225, 235, 245)
                    self.rect(20, top - 2, 172, 18, style="F")
                self.set_y(top + 18)
            case "unsichtbar":
                with self.local_context(text_mode="INVISIBLE"):
                    self._absatz(text)
            case "durchsichtig":
                with self.local_context(fill_opacity=0.0):
                    self._absatz(text)
            case "notiz":
                self.text_annotation(150, 60, text)
            case _:
                return


def _bild() -> io.BytesIO:
    picture = Image.new("RGB", (860, 90), (200, 215, 200))
    draw = ImageDraw.Draw(picture)
    for x in range(0, 860, 30):
        draw.rectangle((x, 90 - (x * 7) % 80, x + 18, 90), fill=(70, 120, 90))
    out = io.BytesIO()
    picture.save(out, "PNG")
    out.seek(0)
    return out


def _scan(fall: Fall) -> io.BytesIO:
    """A letter from a copier that holds the text."""
    page = Image.new("L", (1654, 2339), 247)
    draw = ImageDraw.Draw(page)
    with as_file(FONTS / "Cousine-Regular.ttf") as path:
        font = ImageFont.truetype(str(path), 34)
    lines = [
        "Stellungnahme eines Bürgers",
        "",
        f"Betreff: {fall.vorlage['titel']}",
        "",
        "Sehr geehrte Damen und Herren,",
        "",
    ]
    lines += _umbruch(
        "zu dem Vorhaben nehme ich wie folgt Stellung. Die Unterlagen sind nach meiner Meinung vollständig."
    )
    lines += ["", *_umbruch(fall.text), "", "Mit freundlichen Grüßen", "H. Beispiel"]
    for number, line in enumerate(lines):
        draw.text((190, 240 + 52 * number), line, font=font, fill=40)
    page = page.rotate(0.4, fillcolor=240).filter(ImageFilter.GaussianBlur(0.6))
    out = io.BytesIO()
    page.save(out, "JPEG", quality=60)
    out.seek(0)
    return out


def _umbruch(text: str, columns: int = 60) -> Iterator[str]:
    row = ""
    for word in text.split():
        if len(row) + len(word) >= columns:
            yield row
            row = ""
        row = f"{row} {word}".strip()
    yield row


def _danach(fall: Fall, data: bytes) -> bytes:
    """What fpdf cannot write: form fields, a page cut smaller than its paper."""
    if fall.stelle not in ("feld", "feldhilfe", "beschnitt"):
        return data
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(data)))
    page = writer.pages[0]
    if fall.stelle == "beschnitt":
        page.cropbox.lower_left = (0, 60)
    else:
        shown = DictionaryObject(
            {
                NameObject("/Type"): NameObject("/Annot"),
                NameObject("/Subtype"): NameObject("/Widget"),
                NameObject("/FT"): NameObject("/Tx"),
                NameObject("/T"): TextStringObject("bemerkung"),
                NameObject("/Rect"): ArrayObject([FloatObject(n) for n in (60, 30, 60.5, 30.5)]),
                NameObject("/V" if fall.stelle == "feld" else "/TU"): TextStringObject(fall.text),
            }
        )
        held = writer._add_object(shown)
        page[NameObject("/Annots")] = ArrayObject([held])
        writer.root_object[NameObject("/AcroForm")] = DictionaryObject({NameObject("/Fields"): ArrayObject([held])})
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()
