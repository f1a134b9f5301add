"""One way of writing a report down per file: a module here with FILE and write() is an output, and there is no list of them to keep."""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path
from typing import Protocol, cast

from audit_analyzer.words import Night


class Output(Protocol):
    """FILE: the name of the file that it writes; write: the night into that file, the same bytes for the same night."""

    FILE: str

    def write(self, night: Night, path: Path) -> None: ...


def outputs() -> dict[str, Output]:
    """Every output by the name of its module, in alphabetical order."""
    found: dict[str, Output] = {}
    for entry in sorted(pkgutil.iter_modules(__path__), key=lambda m: m.name):
        module = importlib.import_module(f"{__name__}.{entry.name}")
        if hasattr(module, "FILE"):
            found[entry.name] = cast("Output", module)
    return found
