"""Ratsassistent: reads a council's meeting pack on the machine it runs on.

Nothing is imported here, so that ``import ratsassistent`` stays instant; see ``workflow`` for the steps of a run. Only in
a self-test (`proof`) every process of the program watches itself from here on.
"""

import os

__version__ = "0.1.0"

if os.environ.get("RATSASSISTENT_NACHWEIS"):
    from ratsassistent.proof import hook

    hook.install(os.environ["RATSASSISTENT_NACHWEIS"])
