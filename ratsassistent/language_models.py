"""The language model that is set: one of this computer, loaded with what suits it, or one on a server of the municipality.

What enters: settings. What leaves: a LanguageModel, and the record that stands with what it writes.
What it does not know: what it is asked, data folders' contents.
"""

from __future__ import annotations

import platform
from importlib.metadata import version
from pathlib import Path

from ratsassistent import model_server, models
from ratsassistent.briefings import ModelRecord
from ratsassistent.errors import ModelError
from ratsassistent.machine import fit
from ratsassistent.model_server import Server
from ratsassistent.settings import Settings
from ratsassistent.writing import briefing
from ratsassistent.writing.answers import judging
from ratsassistent.writing.model.beginnings import Beginnings
from ratsassistent.writing.model.language_model import LanguageModel
from ratsassistent.writing.model.llama import LlamaModel
from ratsassistent.writing.model.prompts import load_prompt
from ratsassistent.writing.remote import abilities
from ratsassistent.writing.remote.fallback import WithFallback
from ratsassistent.writing.remote.server_model import ServerModel

FOLDER = "modellstand"  # in the data folder: what the model has read of the prompts, nothing of any paper
KEPT = (*briefing.PROMPTS, briefing.PLAIN, judging.PROMPT, "frage")


def server(settings: Settings) -> Server | None:
    """The server that writes, as it is set now; None: this computer does.

    :raises InputError: what is set cannot be understood.
    """
    return model_server.of(settings.data_folder)


def record_of(settings: Settings) -> ModelRecord:
    """The language model that is set, without loading it or asking the server.

    :raises ModelError: the catalogue has no such model. :raises InputError: the server's setting cannot be understood.
    """
    given = server(settings)
    return local_record(settings) if given is None else server_record(settings, given)


def local_record(settings: Settings) -> ModelRecord:
    """The model of this computer. :raises ModelError: the catalogue has no such model."""
    entry = models.load_catalogue().get(settings.model)
    path = None if entry.sha256 else models.find(entry, settings.model_folders)
    digest = entry.sha256 or (models.verify(path, entry) if path else "")
    return ModelRecord(name=entry.name, sha256=digest, licence=entry.licence)


def server_record(settings: Settings, given: Server) -> ModelRecord:
    """The model of a server, with what the server was found to say of itself; without a checksum, which nobody knows."""
    told = abilities.known(settings.data_folder, given)
    return ModelRecord(
        name=given.model,
        sha256="",
        licence=told.licence if told else abilities.UNKNOWN,
        server=given.place,
        outside=given.is_allowed,
        publisher=told.publisher if told else abilities.UNKNOWN,
    )


def is_missing(settings: Settings) -> bool:
    """Whether there is nothing that could write: no server is set for all of it, and the model of this computer is not here."""
    if (given := server(settings)) is not None and not given.public_only:
        return False
    try:
        entry = models.load_catalogue().get(settings.model)
    except ModelError:
        return False
    return models.find(entry, settings.model_folders) is None


def opened(settings: Settings, record: ModelRecord, own_prompts: Path | None = None) -> LanguageModel:
    """The language model that is set: that of the server, with this computer's behind it where that is wished, or this computer's.

    A server is not asked for anything yet. :raises ModelError: as `load`. :raises InputError: as `server`, or for the key.
    """
    given = server(settings)
    if given is None:
        return load(settings, record, own_prompts)
    remote = remote_of(settings, given)
    if given.fallback == "keiner" and not given.public_only:
        return remote
    return WithFallback(remote, lambda: load(settings, local_record(settings), own_prompts))


def remote_of(settings: Settings, given: Server) -> ServerModel:
    """The model of a server, for whoever wants to look whether it is there. :raises InputError: its key cannot be read."""
    return ServerModel(given, server_record(settings, given), settings.data_folder, key=given.key())


def load(settings: Settings, record: ModelRecord, own_prompts: Path | None = None) -> LlamaModel:
    """Load the model of this computer.

    :raises ModelError: it is not on this machine, or damaged, or does not fit into memory, or the engine does not run.
    """
    entry = models.load_catalogue().get(settings.model)
    path = models.find(entry, settings.model_folders)
    if path is None:
        raise ModelError(
            f"Das Sprachmodell „{entry.name}“ ist noch nicht auf diesem Rechner. "
            "Es wird mit „ratsassistent modelle laden“ geholt; der Auszug geht auch ohne."
        )
    models.verify(path, entry)
    engine = fit.engine_for(settings, entry, record.sha256)
    model = LlamaModel(path, record, engine)
    prompts = [load_prompt(name, own_prompts).turns for name in KEPT]
    same = f"{record.sha256}|{version('llama-cpp-python')}|{platform.machine()}|{engine.cache}|{engine.repack}"
    model.remember(Beginnings(settings.data_folder / FOLDER, prompts, of=same))
    return model
