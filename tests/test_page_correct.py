"""The menus that correct a paper, the list of what was changed, and what a click does with their fields."""

from __future__ import annotations

import re

import pytest
from harmless import words_of
from test_corrections import PAGE, held, in_process, taken_pack
from wallerfurt import only_meeting

from ratsassistent import corrections, workflow
from ratsassistent.corrections import Place
from ratsassistent.errors import InputError
from ratsassistent.oparl import Meeting
from ratsassistent.output import page_correct, page_correcting
from ratsassistent.output.page_actions import OVERVIEW, Actions, Chosen, Reading
from ratsassistent.workflow import Workspace

EVIL = "<img src=x onerror=alert(1)>"


__all__ = ["held", "in_process", "taken_pack"]  # fixtures


class Parts:
    """Stands for the components of the page: each is its name."""

    def __getattr__(self, name: str) -> str:
        return name


def meeting(ws: Workspace) -> Meeting:
    (found,) = workflow.meetings(ws)
    return found


def opened(ws: Workspace, words: str | None = None) -> str:
    item = next((i.id for i in meeting(ws).agendaItem if words and words in i.name), OVERVIEW)
    return Actions(ws.settings).open(Chosen(meeting=only_meeting(ws), item=item)).item


def pressed(html: str, label: str) -> dict[str, str]:
    """What the page's script sends for a button: its data, and the fields of its form as they stand."""
    button = next(m[0] for m in re.finditer(r"<button[^>]*>[^<]*", html) if m[0].endswith(f">{label}"))
    at = html.index(button)
    sent = dict(re.findall(r'data-(\w+)="([^"]*)"', button))
    start = html.rfind("<form", 0, at)
    if start > html.rfind("</form>", 0, at):
        form = html[start : html.index("</form>", at)]
        for field in re.findall(r"<input[^>]*>", form):
            known = dict(re.findall(r'([\w-]+)="([^"]*)"', field))
            if known.get("type") != "checkbox":
                sent[known["name"]] = known.get("value", "")
        sent |= dict.fromkeys(re.findall(r'<select name="(\w+)"', form), "")
    return sent


def test_each_paper_has_a_folded_menu_with_labels(held: Workspace) -> None:
    html = opened(held, "Trinkbrunnen")
    menu = html[html.index('class="ra-edit ra-mend"') :]
    assert "Stimmt etwas nicht?" in menu
    assert "Gehört zu einem anderen Punkt" in menu
    assert "Diese Seiten sind nichtöffentlich" in menu
    options = re.findall(r"<option value=\"[^\"]*\">([^<]*)", menu)
    assert options == [
        "Bitte wählen …", "TOP Ö 1: Genehmigung der Niederschrift",
        "TOP Ö 2: Neubau der Feuerwache Nord und Erweiterung des Gerätehauses",
        "TOP N 1: Grundstücksverkauf Gewerbegebiet Ost", "zu keinem Punkt",
    ]  # fmt: skip
    fields = re.findall(r"<(?:input(?! type=\"hidden\")|select|textarea)", menu)
    assert len(fields) == menu.count("<label")
    assert "ist öffentlich" not in menu.partition("</form>")[0]  # it is already


def test_a_click_moves_a_paper_and_the_list_takes_it_back(held: Workspace) -> None:
    sent = pressed(opened(held, "Trinkbrunnen"), "Zuordnen")
    assert (sent["first"], sent["last"]) == ("6", "7")
    with pytest.raises(InputError, match="Bitte den Tagesordnungspunkt wählen"):
        page_correcting.correct(held.settings, only_meeting(held), sent)
    told = page_correcting.correct(held.settings, only_meeting(held), {**sent, "to": meeting(held).agendaItem[0].id})
    assert told.correction.scope == "paper"
    assert [p.reference for p in meeting(held).agendaItem[0].papers] == ["AN/0045/2024"]
    html = opened(held)
    assert "Von Hand geändert" in html
    assert "gehört zu TOP Ö 1: Genehmigung der Niederschrift" in html
    for place in ("Trinkbrunnen", "Genehmigung"):  # where it was, and where it is
        assert "gehört zu TOP Ö 1: Genehmigung der Niederschrift" in opened(held, place)
    assert "Von Hand geändert" not in opened(held, "Feuerwache")
    page_correcting.take_back(held.settings, pressed(html, "Rückgängig machen"))
    assert meeting(held).agendaItem[0].papers == ()
    assert "Von Hand geändert" not in opened(held)


def test_what_was_corrected_just_now_is_said_where_it_was_asked_for(held: Workspace) -> None:
    sent = pressed(opened(held, "Trinkbrunnen"), "Zuordnen") | {"to": meeting(held).agendaItem[0].id}
    at = next(i.id for i in meeting(held).agendaItem if "Trinkbrunnen" in i.name)
    looking = Chosen(meeting=only_meeting(held), item=at)
    shown: list[str] = []

    def acted(wanted: dict[str, str], now: Chosen) -> Chosen:
        seen: list[Chosen] = []
        actions = Actions(held.settings)

        def show(reading: Reading) -> dict[str, str]:
            seen.append(reading.chosen)
            shown.append(reading.item)
            return {}

        list(page_correcting.Correcting(Parts(), held.settings, actions.open, show).act(now, wanted))  # type: ignore[arg-type]
        return seen[-1]

    def told() -> str:
        start = shown[-1].index("data-now>")
        return words_of(shown[-1][start : shown[-1].index("</div>", start)])

    after = acted({**sent, "do": "correct"}, looking)
    assert re.search(r'<div class="ra-notice ra-good" role="status" tabindex="-1" data-now>', shown[-1])
    assert "✓ Geändert:" in told()
    assert "gehört zu TOP Ö 1: Genehmigung der Niederschrift." in told()
    assert told().endswith("Rückgängig machen Zu TOP Ö 1: Genehmigung der Niederschrift")
    assert "Von Hand geändert" not in shown[-1]  # it is said once
    assert "✓ Geändert" not in opened(held, "Trinkbrunnen")  # in another tab, and later
    assert after.elsewhere(item="x").corrected is None
    back = pressed(shown[-1], "Rückgängig machen")
    after = acted({**back, "do": "uncorrect"}, after)
    assert "✓ Rückgängig gemacht: Es ist wieder wie vorher. Nicht mehr gilt: Vorlage „Antrag AN/0045/2024" in told()
    assert [p.reference for p in meeting(held).agendaItem[2].papers] == ["AN/0045/2024"]


def test_some_pages_are_hidden_and_released_again_only_with_a_tick(held: Workspace) -> None:
    sent = pressed(opened(held, "Feuerwache"), "Als nichtöffentlich kennzeichnen")
    assert (sent["first"], sent["last"]) == ("2", "5")
    sent |= {"first": str(PAGE), "last": str(PAGE)}
    told = page_correcting.correct(held.settings, only_meeting(held), sent)
    assert told.pages == (("pack.pdf", PAGE, PAGE),)
    html = opened(held, "Feuerwache")
    assert html.count("ra-mark-closed") == 1
    assert "Öffentlich heißt:" in html
    sent = pressed(html, "Freigeben")
    with pytest.raises(InputError, match="Bitte erst bestätigen"):
        page_correcting.correct(held.settings, only_meeting(held), sent)
    page_correcting.correct(held.settings, only_meeting(held), {**sent, "sure": "1"})
    assert {p.public for p in meeting(held).agendaItem[1].papers} == {True}


def test_a_whole_item_is_hidden_by_its_button(held: Workspace) -> None:
    sent = pressed(opened(held, "Trinkbrunnen"), "Der ganze Punkt ist nichtöffentlich")
    page_correcting.correct(held.settings, only_meeting(held), sent)
    assert [i.public for i in meeting(held).agendaItem] == [True, True, False, False]
    sent = pressed(opened(held, "Trinkbrunnen"), "Der ganze Punkt ist öffentlich")
    page_correcting.correct(held.settings, only_meeting(held), {**sent, "sure": "1"})
    assert [i.public for i in meeting(held).agendaItem] == [True, True, True, False]


def test_pages_without_an_item_are_listed_with_the_menu(held: Workspace) -> None:
    corrections.correct(held, only_meeting(held), Place(file="pack.pdf", pages=(4, 5)), to="keinem")
    html = opened(held)
    assert "Ohne Zuordnung" in html
    assert "S. 4–5" in html
    sent = pressed(html, "Zuordnen")
    assert "zu keinem Punkt" not in html
    sent |= {"to": meeting(held).agendaItem[2].id, "last": "4"}
    page_correcting.correct(held.settings, only_meeting(held), sent)
    assert [r.page for r in meeting(held).unassigned_pages] == [5]


def test_words_that_are_no_pages_are_refused(held: Workspace) -> None:
    sent = pressed(opened(held, "Trinkbrunnen"), "Als nichtöffentlich kennzeichnen")
    with pytest.raises(InputError, match="Seiten als Zahlen"):
        page_correcting.correct(held.settings, only_meeting(held), {**sent, "first": "sechs"})
    with pytest.raises(InputError, match="hat nur 8 Seiten"):
        page_correcting.correct(held.settings, only_meeting(held), {**sent, "last": "9"})


def test_names_of_papers_and_files_are_shown_and_do_nothing(held: Workspace) -> None:
    whole = meeting(held)
    poisoned = whole.agendaItem[1].model_copy(
        update={
            "name": EVIL,
            "papers": tuple(
                p.model_copy(
                    update={"name": EVIL, "files": tuple(s.model_copy(update={"name": EVIL}) for s in p.files)}
                )
                for p in whole.agendaItem[1].papers
            ),
        }
    )
    bad = whole.model_copy(update={"agendaItem": (whole.agendaItem[0], poisoned)})
    html = "".join([*page_correct.menus(poisoned, bad).values(), page_correct.of_item(poisoned)])
    html += "".join(page_correct.menus(whole.agendaItem[2], bad).values())
    assert "<img" not in html
    assert "&lt;img" in html
