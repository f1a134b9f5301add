"""Digests of what answers rest on besides the rows: the program itself with its engine, and the data files of rules."""

from __future__ import annotations

import functools
import hashlib
from typing import TYPE_CHECKING

from audit_analyzer.settings import PACKAGE
from audit_analyzer.store import engine_version

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from audit_analyzer.settings import Settings


@functools.cache
def program() -> str:
    """SHA-256 over the package's own code, SQL and data, and the engine's version; read once, since a running program does not change."""
    digest = hashlib.sha256(engine_version().encode())
    for pattern in ("*.py", "*.sql", "*.toml"):
        _add(digest, PACKAGE, pattern)
    return digest.hexdigest()


def data(settings: Settings, names: Iterable[str]) -> str:
    """SHA-256 over the files of the folders `names` ("lexicons", "clauses") of every folder of rules that the workspace uses."""
    digest = hashlib.sha256()
    for folder in settings.rule_folders():
        for name in names:
            _add(digest, folder / name, "*.toml")
    return digest.hexdigest()


def _add(digest: hashlib._Hash, folder: Path, pattern: str) -> None:
    """The digests of a folder's own files, in the order of their paths; what a wheel carries along (_shipped) belongs to other folders."""
    files = (path for path in folder.rglob(pattern) if "_shipped" not in path.relative_to(folder).parts)
    for file in sorted(files, key=lambda path: path.relative_to(folder).as_posix()):
        digest.update(hashlib.sha256(file.read_bytes()).digest())
