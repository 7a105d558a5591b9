"""The language model that is set, loaded with what suits this computer, and what it knows of prompts from earlier starts.

What enters: settings. What leaves: a LanguageModel.
What it does not know: what it is asked, data folders' contents.
"""

from __future__ import annotations

import platform
from importlib.metadata import version
from pathlib import Path

from ratsassistent import models
from ratsassistent.briefings import ModelRecord
from ratsassistent.errors import ModelError
from ratsassistent.machine import fit
from ratsassistent.settings import Settings
from ratsassistent.writing import briefing
from ratsassistent.writing.answers import judging
from ratsassistent.writing.model.beginnings import Beginnings
from ratsassistent.writing.model.llama import LlamaModel
from ratsassistent.writing.model.prompts import load_prompt

FOLDER = "modellstand"  # in the data folder: what the model has read of the prompts, nothing of any paper
KEPT = (*briefing.PROMPTS, briefing.PLAIN, judging.PROMPT, "frage")


def load(settings: Settings, record: ModelRecord, own_prompts: Path | None = None) -> LlamaModel:
    """Load the language model that is set.

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
