"""The numbered migrations of the archive, run by `archive.database` through Alembic; no alembic.ini is needed.

What enters: nothing. What leaves: `newest()`, without importing Alembic, so that opening an archive stays fast.
What it does not know: what the migrations do. A file in `versions/` is named `<revision>_<what>.py`, revisions are
four digits and count up.
"""

from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent


@cache
def newest() -> str:
    """The revision that this program's newest migration leads to, for example ``0001``."""
    return max(file.name[:4] for file in (FOLDER / "versions").glob("[0-9][0-9][0-9][0-9]_*.py"))
