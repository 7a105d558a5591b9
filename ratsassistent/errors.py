"""The exceptions of this project.

    RatsassistentError            its text is one plain German sentence, fit to be shown to a user as it is
    ├── InputError                a file, folder or argument that cannot be used
    │   ├── UsageError            a command that lacks something, or has too much
    │   ├── UnreadableFile        not a PDF, empty, encrypted, cut off
    │   └── NotFound              no such meeting, agenda item, paper, page
    │       └── Ambiguous         several fit; `choices` names them
    ├── NotAllowed                somebody who has signed in may not do that, or may not see it
    ├── ModelError                a language model is missing, damaged, or does not fit this machine
    │   ├── ChecksumError         the bytes on disk are not the bytes of the catalogue
    │   └── ServerError           a server that is to write is away, refuses, or answers something else
    ├── StorageError              disk full, folder read-only, database damaged or newer than the program
    │   └── Locked                an archive is encrypted, and nobody gave the passphrase
    └── Interrupted               the user or a higher-priority job asked to stop; the work can go on later

Who catches: `__main__` prints the sentence and exits with status 1 (2 for a UsageError); `output.page` shows it; `workflow.take_in` turns an
UnreadableFile into an entry of `skipped` and goes on.
"""


class RatsassistentError(Exception):
    """Base of all errors whose text may be shown to a user (one German sentence)."""


class InputError(RatsassistentError):
    """Something the user gave cannot be used."""


class UsageError(InputError):
    """A command that cannot be understood: something is missing, or does not go together."""


class UnreadableFile(InputError):
    """A file that cannot be taken in; the text says why in a German sentence."""


class NotFound(InputError):
    """What was asked for is not in the archive."""


class Ambiguous(NotFound):
    """Several things fit what was asked for.

    :param choices: what the user may say instead, one line each.
    """

    def __init__(self, message: str, choices: list[str]) -> None:
        super().__init__(message)
        self.choices = choices


class NotAllowed(RatsassistentError):
    """Whoever has signed in lacks the right."""


class ModelError(RatsassistentError):
    """A model cannot be found, fetched, loaded or run."""


class ChecksumError(ModelError):
    """A model file does not have the checksum that the catalogue promises."""


class ServerError(ModelError):
    """A server on which a language model runs does not do what is asked of it; another model may."""


class StorageError(RatsassistentError):
    """The data folder cannot be read or written."""


class Locked(StorageError):
    """The archive of what is not public is encrypted, and this process does not have its keys."""


class Interrupted(RatsassistentError):
    """Work stopped on request between two steps; what was finished is kept."""
