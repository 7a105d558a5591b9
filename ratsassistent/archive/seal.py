"""An archive that is encrypted at rest, and what of such archives this process may open.

What enters: the folder of an archive, a passphrase. What leaves: a Seal (the keys), connections to databases that are
encrypted or not, PDFs encrypted and decrypted. What it does not know: what is stored, how an archive gets sealed
(`sealing`), who may know the passphrase.

The database is one of SQLCipher (AES-256 in CBC mode with an HMAC-SHA512 for each page, also in its log of changes), the
PDFs are files in the age format (X25519, ChaCha20-Poly1305). Their keys are random; `schluessel.age` holds them, in the age
format too, encrypted with the passphrase (scrypt), so that another passphrase needs no other keys. Which keys belong to a
database says its first 16 bytes, the salt that SQLCipher leaves in the clear: copies of it are known by them wherever they lie.

Keys that were opened stay in the memory of this process until `close` is called, here or, through a file beside the archive,
in another process. SQLCipher: https://www.zetetic.net/sqlcipher/design/, age: https://age-encryption.org/v1
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import sqlite3
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from ratsassistent.errors import InputError, Locked

KEY_FILE = "schluessel.age"
SUFFIX = ".age"  # of a PDF that is encrypted
LEAST = 12  # characters of a passphrase: whoever has the disk may try as often as they like
_STAMP = "verschluss.stand"
_HEADER = b"SQLite format 3\x00"
_SALT = 16  # bytes
_KEY = 32
_cipher_errors: list[type[Exception]] = []  # of the driver, once it is loaded

LOCKED = "Der nichtöffentliche Teil ist verschlossen; bitte zuerst mit dem Kennwort aufschließen."
WRONG = "Dieses Kennwort passt nicht zum nichtöffentlichen Teil."
_BROKEN = "Die Schlüsseldatei {file} ist beschädigt; bitte aus einer Sicherung wiederherstellen."


@dataclass(frozen=True, slots=True)
class Seal:
    """The keys of an archive: of its database, of its PDFs (an age identity), and of their names."""

    salt: bytes = field(default_factory=lambda: secrets.token_bytes(_SALT))
    database: bytes = field(default_factory=lambda: secrets.token_bytes(_KEY), repr=False)
    names: bytes = field(default_factory=lambda: secrets.token_bytes(_KEY), repr=False)
    identity: str = field(default="", repr=False)

    @staticmethod
    def new() -> Seal:
        """Keys that nobody had before."""
        from pyrage import x25519

        return Seal(identity=str(x25519.Identity.generate()))

    def dump(self) -> str:
        """The keys as one line of JSON: for the key file, and for a worker of our own, never for anything else."""
        return json.dumps(
            {
                "salt": self.salt.hex(),
                "database": self.database.hex(),
                "names": self.names.hex(),
                "identity": self.identity,
            }
        )

    @staticmethod
    def load(line: str) -> Seal:
        """Keys as `dump` wrote them.

        :raises ValueError: it is something else.
        """
        try:
            given = json.loads(line)
            made = Seal(
                bytes.fromhex(given["salt"]),
                bytes.fromhex(given["database"]),
                bytes.fromhex(given["names"]),
                str(given["identity"]),
            )
        except (KeyError, TypeError) as error:
            raise ValueError("no keys") from error
        if (len(made.salt), len(made.database), len(made.names)) != (_SALT, _KEY, _KEY):
            raise ValueError("no keys")
        return made

    @property
    def pragma(self) -> str:
        """The key as SQLCipher takes it: the key itself and the salt, without any stretching."""
        return f"\"x'{self.database.hex()}{self.salt.hex()}'\""

    def file_name(self, sha256: str) -> str:
        """The name of a PDF on the disk: who holds a document must not be able to tell that it lies here."""
        return hmac.new(self.names, sha256.encode(), hashlib.sha256).hexdigest() + SUFFIX

    def encrypt(self, source: Path, target: Path) -> None:
        """Write a file encrypted."""
        import pyrage

        pyrage.encrypt_file(str(source), str(target), [self._identity().to_public()])

    def decrypt(self, source: Path) -> bytes:
        """What an encrypted file holds.

        :raises InputError: it is damaged, or encrypted for somebody else.
        """
        import pyrage

        try:
            return cast(bytes, pyrage.decrypt(source.read_bytes(), [self._identity()]))
        except pyrage.DecryptError as error:
            raise InputError(f"Die verschlüsselte Datei {source} ist beschädigt.") from error

    def _identity(self) -> Any:
        from pyrage import x25519

        return x25519.Identity.from_str(self.identity)


# --- the key file ----------------------------------------------------------------------------------------------------


def check(passphrase: str) -> None:
    """See whether a passphrase will do. :raises InputError: it is too short."""
    if len(passphrase) < LEAST:
        raise InputError(
            f"Das Kennwort ist zu kurz; bitte mindestens {LEAST} Zeichen, am besten vier oder fünf Wörter."
        )


def wrap(seal: Seal, passphrase: str) -> bytes:
    """A key file. :raises InputError: the passphrase is too short."""
    import pyrage

    check(passphrase)
    return cast(bytes, pyrage.passphrase.encrypt(seal.dump().encode(), passphrase))


def unwrap(file: Path, passphrase: str) -> Seal:
    """The keys in a key file; takes about a second, on purpose.

    :raises InputError: the passphrase does not fit, or the file is damaged.
    """
    import pyrage

    try:
        data = file.read_bytes()
    except OSError as error:
        raise InputError(_BROKEN.format(file=file)) from error
    if not data.startswith(b"age-encryption.org/v1\n-> scrypt "):
        raise InputError(_BROKEN.format(file=file))
    try:
        return Seal.load(pyrage.passphrase.decrypt(data, passphrase).decode())
    except pyrage.DecryptError as error:
        raise InputError(WRONG) from error
    except ValueError as error:
        raise InputError(_BROKEN.format(file=file)) from error


# --- what is open in this process --------------------------------------------------------------------------------------

_opened: dict[bytes, Seal] = {}
_stamps: dict[Path, str] = {}
_lock = threading.Lock()


def is_sealed(folder: Path) -> bool:
    """Whether the archive in a folder is encrypted."""
    return (folder / KEY_FILE).is_file()


def is_locked(folder: Path) -> bool:
    """Whether it is encrypted, and this process may not open it."""
    try:
        of(folder)
    except Locked:
        return True
    return False


def unlock(folder: Path, passphrase: str) -> Seal:
    """Open the archive in a folder for this process. :raises InputError: the passphrase does not fit."""
    seal = unwrap(folder / KEY_FILE, passphrase)
    if (salt := salt_of(folder)) and salt != seal.salt:
        raise InputError(_BROKEN.format(file=folder / KEY_FILE))
    remember(seal, folder)
    return seal


def remember(seal: Seal, folder: Path | None = None) -> None:
    """Keys that this process has may be used by it. :param folder: the archive they were opened for."""
    with _lock:
        _opened[seal.salt] = seal
        if folder is not None:
            _stamps[folder.absolute()] = _stamp(folder)


def close(folder: Path) -> None:
    """Nobody may open the archive any more without the passphrase: no other process either, at its next look."""
    with _lock:
        seal = _opened.pop(salt_of(folder) or b"", None)
        _stamps.pop(folder.absolute(), None)
    if seal is not None or is_sealed(folder):
        (folder / _STAMP).write_text(secrets.token_hex(8), encoding="ascii")


def of(folder: Path) -> Seal | None:
    """The keys of the archive in a folder; None where it is not encrypted.

    :raises Locked: it is, and this process does not have them, or has to forget them.
    """
    if not is_sealed(folder):
        return None
    with _lock:
        seal = _opened.get(salt_of(folder) or b"")
        known = _stamps.get(folder.absolute())
        if seal is not None and known is not None and known != _stamp(folder):
            del _opened[seal.salt], _stamps[folder.absolute()]
            seal = None
    if seal is None:
        raise Locked(LOCKED)
    return seal


def token(folder: Path) -> str:
    """What is another one when an archive was sealed, opened, locked or restored: then it has to be opened anew."""
    if not is_sealed(folder):
        return "offen"
    from ratsassistent.archive.database import DATABASE

    try:
        number = (folder / DATABASE).stat().st_ino  # a restored one is another file
    except OSError:
        number = 0
    return f"{(salt_of(folder) or b'').hex()}-{number}-{'verschlossen' if is_locked(folder) else 'aufgeschlossen'}"


def salt_of(folder: Path) -> bytes | None:
    """The salt of an encrypted database in a folder."""
    from ratsassistent.archive.database import DATABASE  # which needs this module

    return _salt(folder / DATABASE)


def _salt(file: Path) -> bytes | None:
    try:
        with file.open("rb") as stream:
            found = stream.read(_SALT)
    except OSError:
        return None
    return found if len(found) == _SALT and found != _HEADER else None


def _stamp(folder: Path) -> str:
    try:
        return (folder / _STAMP).read_text(encoding="ascii")
    except (OSError, ValueError):
        return ""


# --- databases ---------------------------------------------------------------------------------------------------------


def is_cipher(file: Path) -> bool:
    """Whether a file is a database that is encrypted, as far as its first bytes tell."""
    return _salt(file) is not None


def key_to(file: Path) -> Seal | None:
    """The keys that a database needs, wherever it lies; None for one that is not encrypted.

    :raises Locked: this process does not have them.
    """
    salt = _salt(file)
    if salt is None:
        return None
    seal = _opened.get(salt)
    if seal is None and is_sealed(file.parent):
        raise Locked(LOCKED)
    return seal  # a damaged one, that begins with anything: SQLite says so


def driver(seal: Seal | None) -> Any:
    """The DB-API module for a database with these keys, or with none."""
    if seal is None:
        return sqlite3
    from sqlcipher3 import dbapi2

    if dbapi2.Error not in _cipher_errors:
        _cipher_errors.append(dbapi2.Error)
    return dbapi2


def give_key(connection: Any, seal: Seal | None) -> None:
    """What has to be said first on a connection."""
    if seal is not None:
        connection.execute("PRAGMA cipher_log_level = NONE").close()  # else it writes to standard error
        connection.execute(f"PRAGMA key = {seal.pragma}").close()


def connect(file: Path, *, timeout_s: float, seal: Seal | None = None) -> sqlite3.Connection:
    """A connection of the driver itself, without transactions of its own making.

    :param seal: of a database that is not there yet; one that is there says itself which it needs.
    :raises Locked: this process does not have the keys.
    """
    seal = key_to(file) or seal  # the one that was given also where the first bytes are damaged
    connection = driver(seal).connect(str(file), isolation_level=None, timeout=timeout_s)
    try:
        give_key(connection, seal)
    except BaseException:
        connection.close()
        raise
    return cast(sqlite3.Connection, connection)


def errors(*more: type[Exception]) -> tuple[type[Exception], ...]:
    """What the drivers raise that were used so far, and more."""
    return (sqlite3.Error, *_cipher_errors, *more)


def database_errors() -> tuple[type[Exception], ...]:
    """What they raise about a database that is damaged, busy or full."""
    return (sqlite3.DatabaseError, *_cipher_errors)
