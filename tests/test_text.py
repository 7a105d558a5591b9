import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratsassistent.pack.page.text import clean_text, is_gibberish


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("Die Verwal-\ntung prüft", "Die Verwaltung\nprüft"),
        ("Haus-\nhalts-\nplan 2027", "Haushaltsplan\n2027"),
        ("Klein-\nund Großvieh", "Klein-\nund Großvieh"),
        ("Bau-\nbzw. Planungsrecht", "Bau-\nbzw. Planungsrecht"),
        ("Die CDU-\nFraktion fragt", "Die CDU-Fraktion\nfragt"),
        ("PV-\nanlage", "PV-anlage"),
        ("2024 -\nein Jahr", "2024 -\nein Jahr"),
        ("von 10-\n20 Uhr", "von 10-\n20 Uhr"),
        ("Ver\u00ad\nwal\u00ad\ntung prüft", "Verwaltung\nprüft"),
        ("Ab\u00adsatz", "Absatz"),
        ("Absatz-\n\nneuer", "Absatz-\n\nneuer"),
    ],
)
def test_words_cut_at_a_lines_end_are_put_together(raw, clean):
    assert clean_text(raw) == clean


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("öƯentlich OƯene treƯen", "öffentlich Offene treffen"),
        ("InvesƟƟonen der SiƩe", "Investitionen der Sitte"),
        ("Informa\U0010019fon", "Information"),
        ("\ufb01nanziell P\ufb02icht o\ufb00en", "finanziell Pflicht offen"),
        ("\ufffdnanziell, P\ufffdicht, Mi\ufffdel, ö\ufffdentlich", "finanziell, Pflicht, Mittel, öffentlich"),
        ("Ōsaka, NGUYỄN PHƯƠNG, Ưng, Škoda, Ștefan", "Ōsaka, NGUYỄN PHƯƠNG, Ưng, Škoda, Ștefan"),
        ("Wert \ufffd unbekannt", "Wert \ufffd unbekannt"),
    ],
)
def test_lost_ligatures_are_restored_only_where_a_word_speaks_for_it(raw, clean):
    assert clean_text(raw) == clean


def test_symbols_and_control_characters():
    assert clean_text("\uf0b7 Punkt\n\uf0fe ja \uf0a8 nein\x00\x02") == "• Punkt\n☒ ja ☐ nein"
    assert clean_text("\ue123 unbekannt") == "• unbekannt"
    assert clean_text("o\u0308ffentlich\u200b\ufeff") == "öffentlich"
    assert clean_text("a\u00a0b\tc\r\nd") == "a b c\nd"
    assert clean_text("CO\n2\n-Relevanz und CO\n2 allein") == "CO2-Relevanz und CO2 allein"


GERMAN = st.text(st.sampled_from("abdeinorstuäöüßAÖCO2 -\n\u00ad.,ƟƯ\ufffd☐•\uf0b7"), max_size=60)


@given(st.one_of(st.text(), GERMAN))
def test_cleaning_never_raises_and_twice_changes_nothing(text):
    once = clean_text(text)
    assert clean_text(once) == once
    assert not any(unicodedata.category(char) in {"Cc", "Cf", "Co", "Cs"} for char in once if char != "\n")
    assert unicodedata.is_normalized("NFC", once)


@given(GERMAN)
def test_cleaning_loses_no_letters(text):
    def letters(some):
        return [char for char in some if char in "abdeinorstuäöüßAÖ2"]

    kept = clean_text(text.replace("Ɵ", "").replace("Ư", "").replace("\ufffd", ""))
    assert letters(kept) == letters(text)


def test_gibberish_is_told_from_language():
    german = "Der Rat der Stadt beschließt die Satzung über die Erhebung von Gebühren in der vorliegenden Fassung. "
    assert not is_gibberish(german * 3)
    assert is_gibberish("\ufffd\uf041\uf042" * 30)
    shifted = "".join(chr(ord(char) + 1) if char.isalpha() and ord(char) < 122 else char for char in german)
    consonants = "".join("bcdfghjklmnpqrstvwxz"[ord(char) % 20] if char.isalpha() else char for char in german)
    assert is_gibberish(consonants * 3)
    assert not is_gibberish(shifted[:40])  # too short to tell
    assert not is_gibberish("12.500 18.200 € 2024 2025 " * 30)
    assert not is_gibberish("")
