"""What a data protection officer asks: the data sheet on one page, drafts for the record of processing and the screening.

What enters: settings, the day. What leaves: Documents (`blocks`) that can be saved as PDF, Word or Markdown, and shown.
What it does not know: formats, the page, the archive.

It says what the program does now, also what it does not do yet; whoever changes how long something is kept, or what is
protected how, changes it here. What only the municipality knows is left blank, and marked.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal, get_args

from ratsassistent import language_models, models, sealing
from ratsassistent.archive.whereabouts import Place
from ratsassistent.briefings import ModelRecord
from ratsassistent.catalogue import ModelEntry
from ratsassistent.fetching import opted
from ratsassistent.model_server import Server
from ratsassistent.oidc import provider as signing_in
from ratsassistent.oidc.provider import Provider
from ratsassistent.output import phrases_database, phrases_server
from ratsassistent.output.blocks import (
    Block,
    Document,
    Heading,
    Imprint,
    Line,
    Notice,
    Paragraph,
    bullets,
    line,
    mark,
    note,
    strong,
    table,
)
from ratsassistent.output.document_about import PROGRAM
from ratsassistent.settings import Settings

Kind = Literal["datenblatt", "verzeichnis", "schwellwert"]
KINDS: tuple[Kind, ...] = get_args(Kind)
TITLES: dict[Kind, str] = {
    "datenblatt": "Datenblatt zum Datenschutz",
    "verzeichnis": "Verzeichnis der Verarbeitungstätigkeiten (Entwurf)",
    "schwellwert": "Schwellwertanalyse zur Datenschutz-Folgenabschätzung (Entwurf)",
}
ABOUT: dict[Kind, str] = {
    "datenblatt": "Auf einer Seite: was verarbeitet wird, wo es liegt, wie lange, wer verantwortlich ist.",
    "verzeichnis": "Entwurf für den Eintrag nach Artikel 30 DSGVO; was nur Ihre Kommune weiß, ist als Lücke gekennzeichnet.",
    "schwellwert": "Entwurf für die Vorprüfung, ob eine Folgenabschätzung nach Artikel 35 DSGVO nötig ist.",
}
NO_ADVICE = "Keine Rechtsberatung; die Einschätzungen sind die der Entwickler und vom Verantwortlichen zu prüfen."
AI_ACT = "KI-Verordnung: Verordnung (EU) 2024/1689, geändert durch Verordnung (EU) 2026/1744; bitte die geltende Fassung prüfen."
_BLANK = "bitte ausfüllen"
MOST_SERVERS = 3  # that are named: it is to stay one page


@dataclass(frozen=True, slots=True)
class Facts:
    """What is true on this machine: where data lie, which model is set, how long questions are kept (0: without limit)."""

    data_folder: str
    model_folder: str
    model: ModelEntry
    question_days: int
    day: dt.date
    sealed: bool = False  # the non-public part is encrypted
    databases: tuple[Place, ...] = ()  # servers that the archives lie on, if not in files here
    server: Server | None = None  # where the language model runs if not here
    server_model: ModelRecord | None = None

    @property
    def leaving(self) -> str:
        """What leaves this computer."""
        told = [
            phrases_database.leaves(self.databases),
            phrases_server.leaves_briefly(self.server) if self.server else "",
        ]
        if not any(told):
            return "Von Unterlagen, Fragen und Antworten nichts."
        return " ".join([*filter(None, told), "Sonst nichts."])

    @property
    def computing(self) -> str:
        """Where the language model works."""
        if self.server is None:
            return "Es rechnet auf diesem Rechner und lernt nicht aus den Unterlagen."
        local = ", ersatzweise hier" if self.server.fallback == "lokal" else ""
        return f"Es rechnet auf diesem Server{local}; was dort bleibt, bestimmt der Betreiber."

    @property
    def and_server(self) -> str:
        """That it is not this computer alone, where it is not."""
        return f" und zum Schreiben auf dem Server {self.server.place}" if self.server else ""

    @property
    def recipients(self) -> str:
        """Who receives data through the program."""
        told = [phrases_database.recipient(self.databases)]
        if self.server is not None:
            told.append(
                f"der Betreiber des Servers {phrases_server.target(self.server)}, auf dem das Sprachmodell rechnet"
            )
        if self.sign_in is not None:
            told.append(f"der Anmeldedienst {self.sign_in.place} (wer sich wann anmeldet)")
        return "; ".join(filter(None, told)) or "durch das Programm keine"

    @property
    def staying(self) -> str:
        """Whether papers leave this computer, in half a sentence."""
        if any(not phrases_database.is_here(place) for place in self.databases):
            return "sie gehen nur an die genannten Server"
        return "Stellen daraus gehen nur an den genannten Server" if self.server else "sie verlassen den Rechner nicht"

    @property
    def abroad(self) -> str:
        """Whether data go to third countries."""
        if self.sign_in is not None and self.sign_in.is_allowed:
            return f"zu prüfen: Der Anmeldedienst {self.sign_in.place} liegt nicht in einem privaten Netz"
        if outside := [place.server for place in self.databases if place.allowed]:
            return f"zu prüfen: Der Datenbankserver {outside[0]} liegt nicht in einem privaten Netz"
        if self.server is None:
            return "keine Übermittlung; das Programm arbeitet ohne Internet"
        if self.server.is_allowed:
            return f"zu prüfen: Der Server {self.server.place} liegt nicht in einem privaten Netz"
        return "durch das Programm keine Übermittlung; es spricht nur mit dem Server im eigenen Netz"

    sign_in: Provider | None = None  # who says who signs in, if not this program alone
    servers: tuple[str, ...] = ()  # hosts that somebody opted into fetching from

    @property
    def encryption(self) -> str:
        """Whether what is not public is encrypted."""
        if self.databases:
            return phrases_database.encryption(self.databases)
        if self.sealed:
            return "Die nichtöffentliche Ablage ist auf diesem Rechner mit einem Kennwort verschlüsselt (SQLCipher, age); die öffentliche nicht."
        return "Die nichtöffentliche Ablage lässt sich mit einem Kennwort verschlüsseln; auf diesem Rechner ist das nicht eingerichtet."

    @property
    def abroad_sentence(self) -> str:
        """The same as a sentence."""
        return (
            f"Drittländer: {self.abroad}."
            if self.abroad.startswith("zu prüfen")
            else "Keine Übermittlung in Drittländer."
        )

    @property
    def fetching(self) -> str:
        """Whether papers are fetched from a server."""
        if not self.servers:
            return "Abruf (OParl): nicht eingerichtet."
        more = f" und {len(self.servers) - MOST_SERVERS} weiteren" if len(self.servers) > MOST_SERVERS else ""
        return f"Abruf (OParl) ist eingerichtet von: {', '.join(self.servers[:MOST_SERVERS])}{more}."

    @property
    def signing_in(self) -> str:
        """Who learns that somebody signs in."""
        if self.sign_in is None:
            return ""
        outside = " (außerhalb des eigenen Netzes, so erlaubt)" if self.sign_in.is_allowed else ""
        return f"Der Anmeldedienst {self.sign_in.place}{outside} erfährt, wer sich wann anmeldet. "

    @property
    def questions(self) -> str:
        """How long questions, their answers and searches are kept."""
        if not self.question_days:
            return "ohne Frist, bis jemand sie löscht (so eingestellt)"
        return f"{self.question_days} Tage; was älter ist, wird beim Öffnen des Programms gelöscht"

    @property
    def model_sentence(self) -> str:
        """Which model runs, from whom, under which licence."""
        if self.server_model is not None:
            model = self.server_model
            return f"{model.name} ({phrases_server.maker(model)})"
        digest = f", Prüfsumme {self.model.sha256[:12]}…" if self.model.sha256 else ""
        return f"{self.model.name} ({self.model.publisher}; Lizenz {self.model.licence}{digest})"


def facts(settings: Settings, day: dt.date | None = None) -> Facts:
    """Look up what is set.

    :raises ModelError: the catalogue has no such model.
    """
    server = language_models.server(settings)
    return Facts(
        data_folder=str(settings.data_folder),
        model_folder=str(settings.model_folders[0]),
        model=models.load_catalogue().get(settings.model),
        question_days=settings.question_days,
        day=day or dt.date.today(),
        sealed=sealing.is_sealed(settings),
        databases=phrases_database.places(settings),
        server=server,
        sign_in=signing_in.of(settings.data_folder),
        server_model=language_models.server_record(settings, server) if server else None,
        servers=tuple(dict.fromkeys(host for source in opted.read(settings).sources for host in source.hosts)),
    )


def document(kind: Kind, given: Facts) -> Document:
    """One of the three documents."""
    compose = {"datenblatt": _sheet, "verzeichnis": _record, "schwellwert": _screening}[kind]
    day = f"Stand {given.day:%d.%m.%Y}"
    who = "für Datenschutzbeauftragte" if kind == "datenblatt" else "zum Ausfüllen durch den Verantwortlichen"
    return Document(
        title=TITLES[kind] + ": Ratsassistent",
        subtitle=(f"{PROGRAM} · {who} · {day}",),
        running=TITLES[kind],
        warning="" if kind == "datenblatt" else "Entwurf",
        blocks=tuple(compose(given)),
        compact=kind == "datenblatt",
    )


def imprint(kind: Kind, given: Facts) -> Imprint:
    """What such a file says of itself."""
    return Imprint(
        label="Angaben des Programms" if kind == "datenblatt" else "Entwurf, keine Rechtsberatung",
        description=ABOUT[kind],
        keywords=("Datenschutz", "DSGVO", "KI-Verordnung"),
        properties={"AIGeneratedText": "none", "Software": PROGRAM},
        category="Datenschutz",
        written=dt.datetime.combine(given.day, dt.time(12), dt.UTC),
    )


def file_name(kind: Kind, ending: str) -> str:
    """A name for the file."""
    return f"ratsassistent-{kind}.{ending}"


def _row(name: str, *parts: str) -> tuple[Line, ...]:
    return line(strong(name)), line(*parts)


def _blank(what: str) -> Line:
    return line(mark(_BLANK), what)


# --- the data sheet: one page --------------------------------------------------------------------------------------


def _sheet(given: Facts) -> list[Block]:
    rows = [
        _row("Was das Programm tut", "Es liest Sitzungsunterlagen (Tagesordnung, Vorlagen, Anlagen, Niederschriften), ordnet sie den "
             "Tagesordnungspunkten zu, zeigt Wortlaut und Auszüge, lässt ein Sprachmodell einzelne Sätze schreiben und beantwortet "
             "Fragen, jeweils mit Seitenangabe. Es entscheidet nichts, bewertet niemanden und empfiehlt keine Abstimmung."),
        _row("Wessen Daten", "Menschen, die in den Unterlagen genannt sind (etwa Antragsteller, Anlieger, Beschäftigte, Ratsmitglieder); "
             "auch besondere Kategorien (Art. 9 DSGVO) können darunter sein. Von den Benutzern: Fragen, Anmerkungen und der Name, den "
             "sie dazu selbst eintragen. Keine Auswertung des Verhaltens. Wo andere sich anmelden: Name, Kennwort-Prüfwert, Gremien, Befangenheit, Zeit."),
        _row("Wo es liegt", f"{'In' if given.databases else 'Nur in'} diesem Ordner: {given.data_folder}{phrases_database.lies(given.databases)}; getrennt in „oeffentlich“ und „nichtoeffentlich“. Was nicht "
             "als öffentlich bekannt ist, gilt als nichtöffentlich; Fragen und Suchwörter liegen immer dort. Sprachmodelle (keine Sitzungsdaten): "
             f"{given.model_folder}."),
        _row("Was den Rechner verlässt", f"{given.leaving} Ohne eigenen Schalter ist es nur von diesem Rechner aus "
             "erreichbar (127.0.0.1); es enthält keine Nutzungsstatistik und lädt im Betrieb nichts nach (Nachweis auf diesem Rechner: Befehl „selbsttest“). Das Netz brauchen nur die "
             "Einrichtung und, wenn jemand es anstößt, das Laden eines Modells (Hugging Face, Python-Paketindex). "
             f"{given.fetching} {given.signing_in}{given.abroad_sentence}"),
        _row("Sprachmodell", f"{given.model_sentence}. {given.computing}"),
        _row("Wie lange", "Unterlagen, Auswertungen, Anmerkungen: bis jemand die Sitzung löscht. Mit Löschdatum (je Sitzung oder als "
             "Vorgabe, auch nur für den nichtöffentlichen Teil) fragt das Programm an diesem Tag und löscht nach einem Ja. "
             f"Fragen, Antworten, Suchwörter: {given.questions}; jederzeit löschbar. Kopien beim Einlesen: bis es fertig ist, "
             "Reste eines Absturzes räumt das nächste Öffnen weg. Protokoll (arbeiter.log): Meldungen, im Fehlerfall auch Textstücke, "
             "bis zum nächsten Start; Ereignisprotokoll, wo eingeschaltet: ohne Inhalte. Wer was Nichtöffentliches öffnete "
             "(wo andere sich anmelden; nur Kennungen): 365 Tage."),
        _row("Löschen", "„Sitzung löschen“ entfernt Dateien, Texte, Auswertungen, Suchindex und Fragen, die sich darauf stützen; die "
             "Datenbank wird neu geschrieben, damit auch Gelöschtes nicht darin bleibt. Es bleibt ein Löschprotokoll ohne Inhalte. Nicht erfasst: "
             f"gespeicherte Word- und PDF-Dateien, Reste auf SSD-Laufwerken{phrases_database.beyond(given.databases)}; Sicherungen (verschlüsselt, mit Ablauf) nennt es beim Löschen."),
        _row("Schutz", "Zwei getrennte Ablagen; fremde PDF-Dateien werden in einem eigenen, begrenzten Prozess geöffnet. Andere Benutzer "
             "desselben Rechners (Terminalserver) werden abgewiesen, außer auf macOS. Für andere Rechner nur mit eigenem Schalter, verschlüsselt, Kennwort je "
             f"Person; Nichtöffentliches nur für Gremium und Sitzungsdienst; Notizen für wenige liest auch dieser nicht, nur wer die Festplatte hat. {given.encryption} Nötig bleiben ein eigenes Benutzerkonto, Verschlüsselung der "
             "Festplatte (auch USB-Stick) und Bildschirmsperre."),
        _row("Rollen", "Verantwortlich (Art. 4 Nr. 7 DSGVO) ist, wer es einsetzt: je nach Landesrecht und Einsatz Kommune, Fraktion oder "
             "Mitglied. Die Entwickler erhalten keine Daten und haben keinen Zugriff, also keine Auftragsverarbeitung (Art. 28); anders "
             "kann es bei einem IT-Dienstleister mit Fernzugriff sein."),
        _row("Rechtsgrundlage", "In der Regel Art. 6 Abs. 1 Buchst. e, Abs. 3 DSGVO mit Landesdatenschutz- und Kommunalrecht (Vorbereitung der "
             "Sitzungen), für besondere Kategorien Art. 9 Abs. 2 Buchst. g. Die Verschwiegenheitspflicht bleibt unberührt."),
        _row("Rechte Betroffener", "Auskunft, Berichtigung, Löschung (Art. 15 bis 17): Suche über alle Unterlagen, Berichtigen von Aussagen, "
             "Löschen. Keine automatisierte Entscheidung (Art. 22)."),
        _row("KI-Verordnung: Einstufung", "Nach unserer Einschätzung kein Hochrisiko-System: keine verbotene Praxis (Art. 5), kein Zweck nach "
             "Anhang III. Nicht dafür vorgesehen, Bewerber (Nr. 4) oder Ansprüche auf Leistungen (Nr. 5) zu bewerten oder Wahlen zu "
             "beeinflussen (Nr. 8). Wer es einsetzt, ist Betreiber und fördert die KI-Kompetenz (Art. 4): Kurs im Programm."),
        _row("KI-Verordnung: Transparenz (Art. 50)", "Jeder Satz des Modells ist auf der Seite und in jeder Datei als „KI“ gekennzeichnet, "
             "in Dateien auch maschinenlesbar; zu jeder Auswertung stehen Modell, Aufträge und Prüfungen. Wer solchen Text "
             "veröffentlicht, um die Öffentlichkeit zu informieren, legt das offen, außer ein Mensch hat ihn geprüft und jemand trägt "
             "die redaktionelle Verantwortung (Abs. 4)."),
    ]  # fmt: skip
    return [
        *table(("Frage", "Antwort"), rows, (3, 13)),
        Paragraph(line(note(f"{NO_ADVICE} {AI_ACT} Österreich: dazu DSG und Gemeinderecht des Landes. Schweiz: kantonales "
                            "Datenschutzrecht statt DSGVO."))),
    ]  # fmt: skip


# --- the record of processing activities ---------------------------------------------------------------------------


def _record(given: Facts) -> list[Block]:
    def row(name: str, *cells: Line) -> list[tuple[Line, ...]]:
        return [(line(strong(name) if n == 0 else None), cell) for n, cell in enumerate(cells)]

    rows = [
        *row("Bezeichnung", line("Vorbereitung von Sitzungen mit dem Programm Ratsassistent (Auswertung von Sitzungsunterlagen auf dem "
                                 "eigenen Rechner, mit einem Sprachmodell)")),
        *row("Verantwortlicher (Abs. 1 Buchst. a)", _blank("Name und Kontaktdaten der Kommune oder der Fraktion; gemeinsam Verantwortliche, "
                                                           "falls es sie gibt"),
             _blank("Name und Kontaktdaten der oder des Datenschutzbeauftragten")),
        *row("Zwecke (Buchst. b)", line("Unterlagen einer Sitzung lesen, ordnen, zusammenfassen und durchsuchen, um Beratung und Beschluss "
                                        "vorzubereiten; nachsehen, was früher beschlossen wurde und was daraus wurde")),
        *row("Rechtsgrundlage", line("in der Regel Art. 6 Abs. 1 Buchst. e, Abs. 3 DSGVO; für besondere Kategorien Art. 9 Abs. 2 Buchst. g DSGVO"),
             _blank("die Vorschriften des Landes (Gemeinde- oder Kreisordnung, Landesdatenschutzgesetz)")),
        *row("Betroffene Personen (Buchst. c)", line("in den Unterlagen genannte Menschen, etwa Antragsteller, Anlieger, Vertragspartner, "
                                                     "Beschäftigte, Bewerberinnen und Bewerber, Ratsmitglieder; Benutzer des Programms")),
        *row("Arten von Daten (Buchst. c)", line("alles, was in den Unterlagen steht; im nichtöffentlichen Teil auch Personal-, Grundstücks-, "
                                                 "Abgaben- und Sozialangelegenheiten"),
             line("von Benutzern: Fragen, Suchwörter, Anmerkungen, Eintragungen zu Beschlüssen, ihr selbst eingetragener Name, Zeitpunkt; "
                  "wo andere sich anmelden, auch Gremien, Fraktion, Befangenheit und wer welches Nichtöffentliche wann geöffnet hat"),
             _blank("welche Unterlagen tatsächlich eingelesen werden: nur öffentliche, oder auch nichtöffentliche")),
        *row("Empfänger (Buchst. d)", line(given.recipients),
             _blank("wer Zugang zum Rechner hat; an wen gespeicherte Word- und PDF-Dateien gehen")),
        *row("Drittländer (Buchst. e)", line(given.abroad)),
        *row("Löschfristen (Buchst. f)", line(f"Fragen, Antworten, Suchwörter: {given.questions}"),
             line("hochgeladene Kopien: nach dem Einlesen; Protokoll des Arbeitsprozesses: bei dessen nächstem Start überschrieben"),
             line("Protokoll der Zugriffe (wo andere sich anmelden): 365 Tage, anders einstellbar; mit der Sitzung gelöscht"),
             _blank("Unterlagen und Auswertungen: Frist, und wer die Sitzungen danach löscht (am Löschdatum, wenn eines "
                    "gesetzt ist, fragt das Programm; von selbst löscht es nicht)")),
        *row("Technische und organisatorische Maßnahmen (Buchst. g, Art. 32)",
             line(f"im Programm: Verarbeitung nur auf diesem Rechner{given.and_server}{phrases_database.too(given.databases)}, nur von dort erreichbar (für andere nur mit Kennwort und Verschlüsselung); öffentliche und nichtöffentliche Ablage "
                  "getrennt; Hinweis auf jeder Seite einer Datei, die Nichtöffentliches enthält; wirksames Löschen auch in der Datenbank; "
                  "Prüfsumme des Sprachmodells; fremde PDF-Dateien in einem begrenzten Prozess"),
             line(given.encryption),
             line("wo andere sich anmelden: Rollen, Nichtöffentliches nur für das eigene Gremium in der eigenen Zeit, Ausschluss Befangener, "
                  "Protokoll der Zugriffe ohne Inhalt"),
             line("nicht im Programm: Verschlüsselung des öffentlichen Teils"),
             _blank("Festplattenverschlüsselung, Benutzerkonten, Bildschirmsperre, Sicherung, Umgang mit USB-Sticks und Ausdrucken")),
        *row("Auftragsverarbeitung", line("keine durch die Entwickler des Programms"),
             _blank("IT-Dienstleister mit Zugriff auf den Rechner, Vertrag nach Art. 28 DSGVO")),
        *row("Wo die Daten liegen", line(given.data_folder + phrases_database.lies(given.databases)), _blank("welche Rechner")),
        *row("KI-Verordnung", line(f"Betreiber eines KI-Systems, nach unserer Einschätzung ohne hohes Risiko; Sprachmodell: {given.model_sentence}"),
             _blank("wie die KI-Kompetenz der Benutzer gefördert wird (Art. 4); der Kurs im Programm kann dazugehören")),
        *row("Folgenabschätzung", _blank("Ergebnis der Schwellwertanalyse (Art. 35 DSGVO), Tag")),
        *row("Stand", _blank("Tag, Bearbeiterin oder Bearbeiter, nächste Überprüfung")),
    ]  # fmt: skip
    return [
        Notice("Entwurf.", f"Die grau hinterlegten Stellen füllt der Verantwortliche aus. {NO_ADVICE}"),
        *table(("Angabe nach Art. 30 DSGVO", "Eintrag"), rows, (2, 5)),
        Paragraph(line(note(AI_ACT))),
    ]


# --- the screening -------------------------------------------------------------------------------------------------


def _screening(given: Facts) -> list[Block]:
    return [
        Notice("Entwurf.", f"Die grau hinterlegten Stellen füllt der Verantwortliche aus. {NO_ADVICE}"),
        Heading(1, "1. Was geprüft wird"),
        Paragraph(line("Ratsassistent liest Sitzungsunterlagen auf dem Rechner des Benutzers, ohne Internet, fasst sie mit einem Sprachmodell"
                       f"{given.and_server.replace(' und zum Schreiben', '')} zusammen und beantwortet Fragen daraus. Sprachmodell: {given.model_sentence}. Einzelheiten stehen im Datenblatt.")),
        Paragraph(_blank("Wer setzt es ein, auf welchen Rechnern, für welche Gremien? Nur öffentliche oder auch nichtöffentliche "
                         "Unterlagen? Wie viele Sitzungen, über wie viele Jahre?")),
        Heading(1, "2. Fälle, in denen die Verordnung eine Folgenabschätzung verlangt"),
        *table(("Fall", "Einschätzung"), _cases(), (5, 7)),
        Heading(1, "3. Die neun Merkmale der Leitlinien WP 248"),
        Paragraph(line("Treffen zwei oder mehr zu, ist nach den Leitlinien der Artikel-29-Gruppe (WP 248 Rev. 01) in den meisten Fällen eine "
                       "Folgenabschätzung durchzuführen. Wer davon absieht, begründet und dokumentiert es.")),
        *table(("Merkmal", "trifft zu", "Warum"), _criteria(), (8, 4, 15)),
        Heading(1, "4. Was abzuwägen ist"),
        *bullets((
            line(strong("Für eine Folgenabschätzung spricht:"), "Werden nichtöffentliche Unterlagen eingelesen, können die Merkmale 4, 7 und 8 "
                 "zugleich zutreffen."),
            line(strong("Dagegen kann sprechen:"), f"Die Unterlagen hat der Benutzer ohnehin; {given.staying}; niemand wird bewertet; "
                 "jede Aussage ist mit ihrer Seite zu vergleichen; es entscheidet immer ein Mensch. Wer nur öffentliche Unterlagen einliest, "
                 "senkt das Risiko deutlich."),
            line(strong("Was bleibt:"), f"{given.encryption} Der Sitzungsdienst sieht alles; die Suche bringt zusammen, was verstreut "
                 "stand; ein Satz der KI kann falsch sein und weitergesagt werden."),
        )),
        Heading(1, "5. Ergebnis"),
        *bullets((
            line("☐ Eine Datenschutz-Folgenabschätzung ist durchzuführen."),
            line("☐ Eine Datenschutz-Folgenabschätzung ist nicht erforderlich."),
        )),
        Paragraph(_blank("Begründung")),
        Paragraph(_blank("Rat der oder des Datenschutzbeauftragten (Art. 35 Abs. 2 DSGVO)")),
        Paragraph(_blank("Tag, Name, Unterschrift; Tag der nächsten Überprüfung")),
    ]  # fmt: skip


def _cases() -> list[tuple[Line, ...]]:
    return [
        (line("Art. 35 Abs. 3 Buchst. a: umfassende Bewertung persönlicher Aspekte, auf die sich Entscheidungen stützen"),
         line("Nein. Das Programm bewertet keine Menschen und trifft keine Entscheidungen.")),
        (line("Buchst. b: umfangreiche Verarbeitung besonderer Kategorien oder von Daten über Straftaten"),
         _blank("Solche Daten sind nicht der Zweck, können in nichtöffentlichen Unterlagen aber vorkommen. In welchem Umfang?")),
        (line("Buchst. c: systematische umfangreiche Überwachung öffentlich zugänglicher Bereiche"), line("Nein.")),
        (line("Art. 35 Abs. 4: Liste der zuständigen Aufsichtsbehörde"),
         _blank("Liste prüfen. Manche nennt den Einsatz von KI, um Menschen zu bewerten oder den Umgang mit ihnen zu steuern; das tut das "
                "Programm nicht.")),
    ]  # fmt: skip


def _criteria() -> list[tuple[Line, ...]]:
    given: tuple[tuple[str, Line, str], ...] = (
        ("1. Bewerten oder Einstufen von Menschen", line("nein"), "Zusammengefasst werden Vorlagen, nicht Menschen."),
        ("2. Automatisierte Entscheidung mit Rechtswirkung", line("nein"), "Es entscheidet das Gremium."),
        ("3. Systematische Überwachung", line("nein"), "Niemand wird beobachtet, auch die Benutzer nicht."),
        ("4. Vertrauliche oder höchst persönliche Daten", line("möglich"), "Ja, sobald nichtöffentliche Unterlagen eingelesen werden "
         "(Personal, Grundstücke, Abgaben)."),
        ("5. Verarbeitung in großem Umfang", _blank(""), "Hängt davon ab, wie viele Sitzungen eingelesen werden; eine einzelne Fraktion liegt "
         "meist darunter."),
        ("6. Zusammenführen von Datensätzen", _blank(""), "Die Suche über viele Sitzungen bringt zusammen, was verstreut stand; andere Quellen "
         "als Sitzungsunterlagen kommen nicht dazu."),
        ("7. Daten schutzbedürftiger Menschen", line("möglich"), "Etwa Beschäftigte, Bewerber, Kinder, Empfänger von Leistungen, wenn die Unterlagen "
         "sie nennen."),
        ("8. Neue Technik", line("ja"), "Ein Sprachmodell, allerdings auf dem eigenen Rechner und mit Prüfung jeder Zahl."),
        ("9. Hindernis bei einem Recht oder einer Leistung", line("nein"), "Von der Auswertung hängt für niemanden eine Leistung ab."),
    )  # fmt: skip
    return [(line(name), answer, line(why)) for name, answer, why in given]
