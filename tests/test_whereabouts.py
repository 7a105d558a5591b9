"""Where an archive may lie, and how its server is reached: no server is needed for that."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from commands import is_one_sentence

from ratsassistent import own_network
from ratsassistent.archive import network, postgres, storable, whereabouts
from ratsassistent.archive.whereabouts import Place
from ratsassistent.errors import InputError, StorageError

PLAIN = "postgresql://rat@db.rathaus.local/archiv"


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """What the network knows."""
    known: dict[str, list[str]] = {}

    def look_up(host: str, _port: int) -> list[str]:
        if host not in known:
            raise OSError("not known")
        return known[host]

    monkeypatch.setattr(own_network, "look_up", look_up)
    return known


@pytest.mark.parametrize(
    "address",
    [
        "mysql://x/y", "unsinn", "postgresql://", "postgresql://rechner", "postgresql:///datenbank", "postgresql://a:b:c@x/y",
        "postgresql://x:geheim@127.0.0.1/y", "postgresql://x:@127.0.0.1/y", f"{PLAIN}?password=geheim", f"{PLAIN}?host=anderer",
        f"{PLAIN}?service=x", f"{PLAIN}?hostaddr=8.8.8.8", f"{PLAIN}?options=-csearch_path", 'postgresql://x@y/z"\nschema = "a',
        "postgresql://x@eins,zwei/y", "postgresql://x@rechner:port/y", "postgresql+psycopg2cffi://x@y:1/",
    ],
)  # fmt: skip
def test_what_is_no_address_or_holds_a_password_is_refused(address: str) -> None:
    with pytest.raises(InputError) as refused:
        whereabouts.made(address, "oeffentlich")
    assert is_one_sentence(str(refused.value))
    assert "geheim" not in str(refused.value)


@pytest.mark.parametrize("schema", ["", "Öffentlich", "a-b", "x" * 64, 'a"; DROP SCHEMA b; --', "1a"])
def test_names_of_schemas_are_plain(schema: str) -> None:
    with pytest.raises(InputError):
        whereabouts.made(PLAIN, schema)


def test_where_an_archive_lies_is_kept_for_its_owner_alone_and_named_without_the_user(tmp_path: Path) -> None:
    assert whereabouts.place_of(tmp_path) is None
    place = whereabouts.made(
        "postgresql://rat@DB.stadt.de:5433/archiv?sslrootcert=/etc/ca.pem", "oeffentlich", ("db.stadt.de",)
    )
    whereabouts.note(tmp_path, place)
    assert whereabouts.place_of(tmp_path) == place
    assert place.shown == "db.stadt.de:5433/archiv, Schema oeffentlich"
    assert [file.name for file in tmp_path.iterdir()] == [whereabouts.FILE]
    if sys.platform != "win32":
        assert (tmp_path / whereabouts.FILE).stat().st_mode & 0o077 == 0
    for words in (
        "",
        "postgresql = 5",
        'postgresql = "postgresql://x:geheim@y/z"',
        "unsinn",
        f'postgresql = "{PLAIN}"\nerlauben = "x"',
    ):
        (tmp_path / whereabouts.FILE).write_text(words)
        with pytest.raises(StorageError) as refused:
            whereabouts.place_of(tmp_path)
        assert is_one_sentence(str(refused.value))


def test_only_this_computer_and_private_networks_are_reached(names: dict[str, list[str]]) -> None:
    root = Path(__file__)  # some file that is there
    place = whereabouts.made(f"{PLAIN}?sslrootcert={root}", "a")
    names["db.rathaus.local"] = ["10.1.2.3", "fd00::5"]
    assert network.checked(place) == {
        "host": "db.rathaus.local,db.rathaus.local", "hostaddr": "10.1.2.3,fd00::5", "sslmode": "verify-full",
        "sslrootcert": str(root),
    }  # fmt: skip
    for outside in (["10.1.2.3", "203.0.113.7"], ["169.254.169.254"], ["::ffff:203.0.113.7"]):
        names["db.rathaus.local"] = outside
        with pytest.raises(StorageError, match="nicht in einem privaten Netz") as refused:
            network.checked(place)
        assert is_one_sentence(str(refused.value))
        allowed = Place(place.url, "a", ("db.rathaus.local",))
        assert network.checked(allowed)["sslmode"] == "verify-full"
    names.clear()
    with pytest.raises(StorageError, match="nicht bekannt"):
        network.checked(place)
    with pytest.raises(InputError, match=r"db\.rathaus\.local"):
        whereabouts.made(PLAIN, "a", ("anderer.rechner",))


def test_on_another_machine_nothing_goes_unencrypted_or_unchecked(names: dict[str, list[str]]) -> None:
    names["db.rathaus.local"], names["localhost"] = ["192.168.0.2"], ["::1", "127.0.0.1"]
    for mode in ("disable", "prefer", "require", "verify-ca"):
        with pytest.raises(StorageError, match="geprüftem Zertifikat"):
            network.checked(whereabouts.made(f"{PLAIN}?sslmode={mode}", "a"))
    assert network.checked(whereabouts.made("postgresql://rat@localhost/archiv", "a"))["sslmode"] == "prefer"
    socket = whereabouts.made("postgresql:///archiv?host=/var/run/postgresql", "a")
    assert network.checked(socket) == {"host": "/var/run/postgresql", "hostaddr": "", "sslmode": "disable"}
    assert socket.shown == "/var/run/postgresql/archiv, Schema a"


def test_without_the_driver_a_sentence_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "find_spec", lambda _: None)
    with pytest.raises(StorageError, match="--postgresql") as missing:
        postgres.open_engine(whereabouts.made("postgresql://rat@127.0.0.1:1/archiv", "a"))
    assert is_one_sentence(str(missing.value))


_Error = type("OperationalError", (Exception,), {"__module__": "psycopg.errors"})


@pytest.mark.parametrize(
    "state", [None, "08006", "57P01", "57014", "28P01", "55P03", "40P01", "53300", "53100", "25P03", "25006", "42501", "3D000", "XX001"]
)  # fmt: skip
def test_what_the_server_says_is_one_german_sentence(state: str | None) -> None:
    error = _Error("FATAL: password geheim")
    error.sqlstate = state
    said = postgres.sentence(error, Path("/daten"))
    assert said is not None
    assert is_one_sentence(said)
    assert "geheim" not in said


def test_a_mistake_of_the_program_is_no_sentence() -> None:
    error = _Error("syntax error")
    error.sqlstate = "42601"
    assert postgres.sentence(error, Path("/daten")) is None
    assert postgres.sentence(ValueError("x"), Path("/daten")) is None


def test_a_text_without_nul_stays_as_it_is() -> None:
    assert storable.text("a\0b") == "a\ufffdb"
    assert storable.text('{"a": "\\u0000 Straße 🦔"}') == '{"a": "\\u0000 Straße 🦔"}'
