"""The key with which another computer may ask how it goes; off until an administrator makes one.

What enters: settings, what somebody presents. What leaves: a new key, shown once; yes or no.
What it does not know: HTTP. Only a hash of it is kept, in `betrieb.json` in the data folder; no backup has it.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import re
import secrets

from ratsassistent import swapping
from ratsassistent.archive import database
from ratsassistent.settings import Settings

FILE = swapping.OPERATING
_BYTES = 32


def make(settings: Settings) -> str:
    """A new key; the one before is worth nothing any more. :raises StorageError: it cannot be kept."""
    key = secrets.token_urlsafe(_BYTES)
    folder = settings.data_folder
    with database.storage_errors(folder):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        part = folder / f"{FILE}.teil"
        part.write_text(json.dumps({"schluessel_sha256": _digest(key)}), encoding="ascii")
        part.chmod(0o600)
        os.replace(part, folder / FILE)
    return key


def forget(settings: Settings) -> bool:
    """No key any more; says whether there was one. :raises StorageError: it cannot be removed."""
    with database.storage_errors(settings.data_folder):
        there = (settings.data_folder / FILE).is_file()
        (settings.data_folder / FILE).unlink(missing_ok=True)
    return there


def fits(settings: Settings, given: str) -> bool:
    """Whether what somebody presents is the key."""
    try:
        kept = json.loads((settings.data_folder / FILE).read_text(encoding="ascii"))["schluessel_sha256"]
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return bool(re.fullmatch(r"[0-9a-f]{64}", str(kept))) and hmac.compare_digest(_digest(given), str(kept))


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()
