"""More time for the page's server to come up than Gradio gives it: five seconds are too few for an old or busy computer, or
for a USB stick behind a virus scanner, and who runs out of them would get no page at all.

What enters and leaves: nothing. What it does not know: what is on the page.
"""

from __future__ import annotations

import threading
import time
from typing import Any

START_SECONDS = 180.0
_LOOK_S = 0.01


def be_patient() -> None:
    """Let Gradio's server take its time; it is given up at once where its thread has ended (the port is taken)."""
    from gradio import http_server

    http_server.Server.run_in_thread = _run_in_thread  # type: ignore[method-assign]


def _run_in_thread(self: Any) -> None:
    from gradio.exceptions import ServerFailedToStartError

    self.thread = threading.Thread(target=self.run, daemon=True)
    self.thread.start()
    end = time.monotonic() + START_SECONDS
    while not self.started:
        if not self.thread.is_alive() or time.monotonic() > end:
            raise ServerFailedToStartError("The server did not start.")
        time.sleep(_LOOK_S)
