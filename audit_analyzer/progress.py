"""Progress bars on long work, on a terminal only; elsewhere silence."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import TextIO


@contextlib.contextmanager
def bars(stream: TextIO) -> Iterator[Callable[[str, int, int], None] | None]:
    """A function that shows what is being done, how much of it is done and how much there is; None where nobody looks."""
    if not stream.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(file=stream), transient=True) as progress:
        task = progress.add_task("", total=None)

        def show(name: str, done: int, total: int) -> None:
            plain = "".join(c if c.isprintable() else "?" for c in name)
            progress.update(task, description=plain[-60:].rjust(60), completed=done, total=total)

        yield show
