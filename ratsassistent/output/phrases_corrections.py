"""What was corrected by hand, and what that means, in German sentences.

What enters: corrections in words (`corrections.Standing`). What leaves: plain text, to be escaped by whoever shows it.
What it does not know: commands, the page.
"""

from __future__ import annotations

from ratsassistent.corrections import Standing

NOBODY = "eine Person"  # who has given no name
RELEASE = (
    "Öffentlich heißt: Alle, die dieses Programm benutzen, dürfen es lesen, und es steht in Auswertungen, die weitergegeben "
    "werden. Geben Sie nur frei, was die Verwaltung selbst veröffentlicht hat."
)


def subject(given: Standing) -> str:
    """What a correction is about: an item, a paper, or pages."""
    if given.correction.scope == "item" and given.item:
        return given.item
    if given.correction.scope == "paper" and given.paper:
        return f"Vorlage „{given.paper}“"
    return ", ".join(f"{pages(first, last)} von „{name}“" for name, first, last in given.pages) or "Eine Unterlage"


def pages(first: int, last: int) -> str:
    """Pages as they are named: "S. 12", "S. 12–15"."""
    return f"S. {first}" if first == last else f"S. {first}–{last}"


def what(given: Standing) -> str:
    """What was corrected, as one sentence without its full stop."""
    one = given.correction
    if one.kind == "move":
        return f"{subject(given)}: gehört zu {given.target or 'keinem Tagesordnungspunkt'}"
    return f"{subject(given)}: {'öffentlich' if one.kind == 'open' else 'nichtöffentlich'}"


def line(given: Standing) -> str:
    """A correction in one line, with who made it and when."""
    one = given.correction
    return f"{what(given)} ({one.author or NOBODY}, {one.written.astimezone():%d.%m.%Y %H:%M})"


def effect(given: Standing) -> str:
    """What is to be known of a correction that does not do just what was said; empty where it does."""
    if given.effect == "lost":
        return " – wirkt nicht mehr: In den neuen Unterlagen ist die Stelle nicht zu finden."
    if given.effect == "widened":
        return (
            " – in den neuen Unterlagen sind nicht alle diese Seiten wiederzufinden; darum gilt dort vorsichtshalber die "
            "ganze Vorlage als nichtöffentlich."
        )
    return ""


def consequences(given: Standing) -> list[str]:
    """What a correction that was just made means, one sentence a line."""
    one = given.correction
    if one.kind == "close":
        out = ["Das ist jetzt nur noch bei den nichtöffentlichen Unterlagen zu finden."]
        out += [f"Dieselbe Vorlage ist aber auch hier öffentlich: {name}." for name in given.also_public]
    elif one.kind == "open":
        out = ["Das dürfen jetzt alle lesen."]
    else:
        out = ["Was nichtöffentlich war, bleibt es."]
    out.append("Auszug, Suche und Beschlussregister sind schon angepasst.")
    return [*out, "Was die KI vorher zusammengefasst hat, gilt nicht mehr; sie kann es neu schreiben."]
