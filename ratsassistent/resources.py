"""Files that belong to the program: the model catalogue and the prompts.

What enters: a name such as ``("models", "catalogue.toml")`` or ``("prompts", "frage.md")``.
What leaves: the path of that file, in a checkout (top level of the repository) as in an installed wheel
(``ratsassistent/_data``, filled by hatchling's force-include).
What it does not know: what the files hold.
"""

from __future__ import annotations

from pathlib import Path

from ratsassistent.errors import RatsassistentError

_PACKAGE = Path(__file__).resolve().parent


def resource(*parts: str) -> Path:
    """The path of a file or folder that comes with the program.

    :raises RatsassistentError: it is not there, so the installation is damaged.
    """
    # A wheel carries `_data`; a checkout (also one installed with `pip install -e`) has the files at its top level.
    data = _PACKAGE / "_data"
    path = (data if data.is_dir() else _PACKAGE.parent).joinpath(*parts)
    if not path.exists():
        raise RatsassistentError(
            f"Zum Programm gehört die Datei {'/'.join(parts)}, sie fehlt aber: bitte Ratsassistent neu installieren."
        )
    return path
