"""What is suspicious in the papers, in German, for the page, the exports and the commands.

What enters: Suspicions. What leaves: sentences; HTML and blocks made of them.
What it does not know: how they are found, Gradio, formats.
"""

from __future__ import annotations

from collections.abc import Sequence

from ratsassistent.oparl import Suspicion
from ratsassistent.output.blocks import Block, Notice, bullets, line
from ratsassistent.output.page_text import citations, cut, safe, several_files, short_name

NOT_FOLLOWED = "Die KI bekommt solche Stellen nicht zu lesen. Warum sie dort stehen, kann das Programm nicht sagen."
_LONGEST = 300  # letters of a quote as shown
_SHOWN = 12  # of one item or meeting; the rest is counted


def sentence(given: Suspicion, *, with_file: bool = False) -> str:
    """One suspicion as a sentence or two that quote it.

    :param with_file: name the file as well.
    """
    where = _where(given, with_file=with_file)
    quote = cut(" ".join((given.citation.quote or "").split()).translate(_INNER), _LONGEST)
    if given.kind == "hidden":
        how = f" ({given.how})" if given.how else ""
        return f"{where} steht Text, den man beim Lesen nicht sieht{how}. Er wurde nicht ausgewertet: „{quote}“"
    about = f" ({given.how})" if given.how and given.place not in ("properties", "attachment") else ""
    return (
        f"{where} steht ein Satz, der sich an ein Auswertungsprogramm richtet{about}. Er wurde nicht befolgt: „{quote}“"
    )


_INNER = str.maketrans({"„": "‚", "“": "‘", "”": "‘", "»": "‚", "«": "‘"})


def _where(given: Suspicion, *, with_file: bool) -> str:
    file, page = short_name(given.citation.file), given.citation.page
    at = f"S. {page}" + (f" von „{file}“" if with_file else "") if page is not None else f"„{file}“"
    about = f" ({given.how})" if given.how else ""
    held = f"„{given.how}“, eingebettet in die Datei „{file}“," if given.how else f"einem Anhang der Datei „{file}“"
    return {
        "note": f"In einer Notiz auf {at}",
        "form": f"In einem Formularfeld auf {at}",
        "bookmark": f"In einem Lesezeichen zu {at}",
        "properties": f"In den Eigenschaften der Datei „{file}“{about}",
        "attachment": f"In {held}",
        "file_name": "Im Namen der Datei",
        "page": f"Auf {at}" if page is not None else f"In {at}",
    }[given.place]


def counted(number: int) -> str:
    """How many there are, as a sentence."""
    if number == 1:
        return "1 auffällige Stelle: Sie richtet sich an ein Auswertungsprogramm oder ist unsichtbar."
    return f"{number} auffällige Stellen: Sie richten sich an ein Auswertungsprogramm oder sind unsichtbar."


def listed(given: Sequence[Suspicion]) -> list[str]:
    """All of them as sentences that name the file where there are several."""
    named = several_files(s.citation for s in given)
    lines = [sentence(one, with_file=named) for one in given[:_SHOWN]]
    return lines + ([f"… und {len(given) - _SHOWN} weitere."] if len(given) > _SHOWN else [])


def html(given: Sequence[Suspicion], *, linked: bool = True) -> str:
    """A box that names them, each with a button that shows its page; empty where there are none.

    :param linked: with these buttons.
    """
    if not given:
        return ""
    named = several_files(s.citation for s in given)
    rows = "".join(
        f"<li>{safe(sentence(one, with_file=named))}"
        + (
            f" {citations([one.citation], with_file=named, said=one.citation.quote)}"
            if linked and one.citation.page is not None
            else ""
        )
        + "</li>"
        for one in given[:_SHOWN]
    )
    more = f"<li>… und {len(given) - _SHOWN} weitere.</li>" if len(given) > _SHOWN else ""
    title = "Auffällige Stelle in den Unterlagen" if len(given) == 1 else "Auffällige Stellen in den Unterlagen"
    return (
        f'<section class="ra-notice ra-warning" role="note" aria-label="{title}"><p><strong>{title}</strong></p>'
        f'<ul class="ra-list">{rows}{more}</ul><p class="ra-small">{NOT_FOLLOWED}</p></section>'
    )


def blocks(given: Sequence[Suspicion]) -> list[Block]:
    """The same for a document."""
    if not given:
        return []
    title = "Auffällige Stelle in den Unterlagen." if len(given) == 1 else "Auffällige Stellen in den Unterlagen."
    return [Notice(title, NOT_FOLLOWED), *bullets(line(text) for text in listed(given))]
