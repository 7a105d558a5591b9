"""No library may report its use: the switches that turn that off, and what each library makes of them.

What enters: nothing. What leaves: environment variables, set before the libraries are loaded; for each library that is
loaded, whether it would report. What it does not know: what the libraries are used for.

Other variables of the user (his own tracing of another program) are overruled in this process only.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from typing import Any

SWITCHES = {
    "GRADIO_ANALYTICS_ENABLED": "False",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    "LANGSMITH_TRACING": "false",
    "LANGSMITH_TRACING_V2": "false",
    "LANGCHAIN_TRACING_V2": "false",
    "OTEL_SDK_DISABLED": "true",
}
_AGAINST = ("LANGCHAIN_TRACING", "LANGCHAIN_HANDLER")  # their mere presence makes LangChain stop with an error


@dataclass(frozen=True, slots=True)
class Switch:
    """What a library would do now. `reports` None: it is not loaded, so it does nothing. `asked`: what was looked at."""

    library: str
    asked: str
    reports: bool | None


def off() -> None:
    """Turn all reporting off in this process and its children; before the libraries are loaded."""
    os.environ.update(SWITCHES)
    for name in _AGAINST:
        os.environ.pop(name, None)


def in_effect() -> list[Switch]:
    """What the loaded libraries themselves say, not what the environment says; nothing is loaded for it."""
    loaded = sys.modules

    def said(library: str, asked: str, module: str, look: Any) -> Switch:
        return Switch(library, asked, bool(look(loaded[module])) if module in loaded else None)

    return [
        said("gradio", "gradio.analytics.analytics_enabled()", "gradio.analytics", lambda m: m.analytics_enabled()),
        said("huggingface_hub", "constants.HF_HUB_DISABLE_TELEMETRY", "huggingface_hub.constants",
             lambda m: not m.HF_HUB_DISABLE_TELEMETRY),
        said("huggingface_hub (Netz)", "constants.is_offline_mode()", "huggingface_hub.constants",
             lambda m: not m.is_offline_mode()),
        said("transformers", "transformers.utils.hub.is_offline_mode()", "transformers.utils.hub",
             lambda m: not m.is_offline_mode()),
        said("langsmith (langchain)", "langsmith.utils.tracing_is_enabled()", "langsmith.utils",
             lambda m: m.tracing_is_enabled()),
    ]  # fmt: skip
