"""Whether the engine for language models runs on this processor at all: tried in a process that may die of it.

What enters: the data folder (what was tried before). What leaves: nothing, or a ModelError with a German sentence.
What it does not know: language models. `start.py` builds an engine for the machine that it runs on; this is for the folder
that was copied to another one, the disk that moved, the virtual machine that woke up on an older host.

A processor that meets an instruction that it lacks ends the process: there is no exception to catch. Importing the
library proves nothing, the first instruction of that kind comes when its processor backend is set up.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from ratsassistent.errors import ModelError
from ratsassistent.machine import hardware, profile

PATIENCE = 60.0  # seconds; it takes a tenth of one
# Sets the backend up, then multiplies two small matrices of the kinds that the models of the catalogue consist of. Where
# the libraries do not show the functions for that (Windows), the first part has to do.
CHECK = """
import ctypes
import llama_cpp
llama_cpp.llama_backend_init()
llama_cpp.llama_print_system_info()
try:
    from llama_cpp._ggml import libggml as lib
    class Params(ctypes.Structure):
        _fields_ = [("size", ctypes.c_size_t), ("buffer", ctypes.c_void_p), ("no_alloc", ctypes.c_bool)]
    def function(name, result, *arguments):
        found = getattr(lib, name)
        found.restype, found.argtypes = result, list(arguments)
        return found
    pointer, number = ctypes.c_void_p, ctypes.c_int64
    init = function("ggml_init", pointer, Params)
    tensor = function("ggml_new_tensor_2d", pointer, pointer, ctypes.c_int, number, number)
    size = function("ggml_nbytes", ctypes.c_size_t, pointer)
    data = function("ggml_get_data", pointer, pointer)
    multiply = function("ggml_mul_mat", pointer, pointer, pointer, pointer)
    graph = function("ggml_new_graph", pointer, pointer)
    expand = function("ggml_build_forward_expand", None, pointer, pointer)
    compute = function("ggml_graph_compute_with_ctx", ctypes.c_int, pointer, pointer, ctypes.c_int)
except (ImportError, AttributeError):
    pass
else:
    for kind in (12, 14, 1):  # Q4_K, Q6_K, F16
        context = init(Params(16 << 20, None, False))
        one, two = tensor(context, kind, 256, 32), tensor(context, 0, 256, 4)
        for each in (one, two):
            ctypes.memset(data(each), 0, size(each))
        plan = graph(context)
        expand(plan, multiply(context, one, two))
        compute(context, plan, 1)
"""
_ILLEGAL = {-getattr(signal, "SIGILL", 4), 0xC000001D, 0xC000001D - 2**32}
_CRASHED = {-getattr(signal, n) for n in ("SIGSEGV", "SIGBUS", "SIGABRT", "SIGFPE") if hasattr(signal, n)}
_CRASHED |= {0xC0000005, 0xC0000005 - 2**32, 0xC0000409, 0xC0000409 - 2**32}
REPAIR = (
    "Bitte Ratsassistent beenden und start.py auf diesem Rechner noch einmal ausführen: Es holt oder baut ein passendes "
    "(mit Internet, etwa zehn Minuten). Auszüge und Suche gehen auch ohne."
)
PORTABLE = "RATSASSISTENT_TRAGBAR"  # set by the start file of a portable folder, where there is nothing to build with
_NO_REPAIR = "Auszüge und Suche gehen auch ohne; für Zusammenfassungen bitte einen neueren Rechner nehmen."


def ensure_engine_runs(folder: Path, command: Sequence[str] | None = None) -> None:
    """Make sure that the engine does not take the program down with it; tried once for each computer and library.

    What went well is kept in `rechner.json`. A failure is not: somebody may have mended it meanwhile, and trying is quick.

    :param folder: the data folder.
    :param command: what to run instead of this Python with `CHECK`.
    :raises ModelError: it does not run here; the sentence says why and what to do.
    """
    processor = hardware.processor()
    known = hardware.key(processor, 0, hardware.engine_version(), hardware.engine_library())
    if profile.engine_ran(folder, known):
        return
    command = command or [sys.executable, "-c", CHECK]
    try:
        done = subprocess.run(command, capture_output=True, timeout=PATIENCE, check=False, stdin=subprocess.DEVNULL)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return  # nothing is known: a machine as slow as this one fails elsewhere, if at all
    if done.returncode == 0:
        profile.note_engine(folder, known)
        return
    raise ModelError(explained(done.returncode, done.stderr.decode("utf-8", "replace"), processor.name))


def explained(status: int, said: str, processor: str) -> str:
    """A German sentence for how a process with the engine in it ended.

    :param status: as `subprocess` gives it: on Linux and macOS minus the signal, on Windows the system's code.
    :param said: what it wrote on standard error.
    """
    repair = _NO_REPAIR if os.environ.get(PORTABLE) else REPAIR
    if status in _ILLEGAL:
        return (
            "Das Rechenwerk für Sprachmodelle wurde für einen anderen Prozessor gebaut und benutzt einen Befehl, den dieser "
            f"hier ({processor}) nicht kennt. {repair}"
        )
    if status in _CRASHED:
        return f"Das Rechenwerk für Sprachmodelle stürzt auf diesem Rechner ({processor}) ab. {repair}"
    if status == -getattr(signal, "SIGKILL", 9):
        return (
            "Das System hat das Rechenwerk für Sprachmodelle beendet, wahrscheinlich weil der Arbeitsspeicher nicht reichte. "
            "Bitte andere Programme schließen oder ein kleineres Modell einstellen."
        )
    last = next((line.strip() for line in reversed(said.splitlines()) if line.strip()), f"Status {status}")
    return f"Das Rechenwerk für Sprachmodelle (llama-cpp-python) fehlt oder läuft hier nicht: {last[:200]}. {repair}"
