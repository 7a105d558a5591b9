"""Ratsassistent: reads a council's meeting pack on the machine it runs on.

Nothing is imported here, so that ``import ratsassistent`` stays instant; see ``workflow`` for the steps of a run.
"""

__version__ = "0.1.0"
