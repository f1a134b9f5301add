"""The database as rules see it: read-only, without files, network, settings or a second statement, and stopped when its time is over."""

from __future__ import annotations

import contextlib
import os
import threading
from typing import TYPE_CHECKING, Any, Self, cast

import duckdb

from audit_analyzer.errors import RuleError, StoreError
from audit_analyzer.store import AS_WRITTEN, ENGINE, Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import polars as pl

    from audit_analyzer.settings import Limits

ENGINE_ERRORS = (duckdb.Error,)  # for rooms that must tell what the engine says, and may not open it

# Measured on 13 hostile rules: these settings refuse files, globs, URLs, COPY, ATTACH of files, INSTALL, secrets and DataFrame look-ups. What they
# still allow (temporary tables, SET search_path, in-memory ATTACH) is refused by `ask`, which takes exactly one SELECT.
_SHUT = (
    "SET enable_external_access = false",
    "SET python_enable_replacements = false",
    "SET allow_persistent_secrets = false",
    "SET TimeZone = 'UTC'",
    "SET search_path = 'ground'",
)
_LOCK = "SET lock_configuration = true"
NO_ROOM = "it needs more memory than allowed"  # begins what is said of a rule for which the engine has no room


class Locked:
    """A connection that answers single SELECTs within a time limit. `lock=False` keeps the limits but not the settings: for scratch databases of tests.

    sessions: connections to the same database, itself the first, for as many questions at a time.
    """

    def __init__(self, store: Store, seconds: float, *, lock: bool = True, sessions: int = 1) -> None:
        self.store, self.seconds = store, seconds
        self._columns: frozenset[tuple[str, str]] | None = None
        store.run(AS_WRITTEN)
        self.sessions: tuple[Locked, ...] = (self, *(Locked(store.beside(), seconds, lock=False) for _ in range(sessions - 1)))
        if lock:  # every session first: once the settings are locked, no other can be given them
            for statement in _SHUT:
                for session in self.sessions:
                    session.store.run(statement)
            store.run(_LOCK)

    def ask(self, sql: str) -> pl.DataFrame:
        """Rows of one SELECT. RuleError where it is not one, does not run, or takes longer than the limit."""
        self._single(sql)
        with self._bounded():
            return cast("pl.DataFrame", self.store.connection.sql(sql).pl())

    def dicts(self, sql: str) -> list[dict[str, Any]]:
        """Rows of one SELECT, each by its column names: for few rows, where a frame would cost more than the query."""
        self._single(sql)
        with self._bounded():
            return self.store.dicts(sql)

    @contextlib.contextmanager
    def _bounded(self) -> Iterator[None]:
        """Stops what runs in the block when its time is over, and tells what the engine says as a RuleError."""
        timer = threading.Timer(self.seconds, self.store.connection.interrupt)
        timer.start()
        try:
            yield
        except duckdb.InterruptException:
            raise RuleError(
                f"it did not end within {self.seconds:g} seconds", remedy="give its joins an equal key, or raise rule_seconds in [limits]"
            ) from None
        except duckdb.OutOfMemoryException as error:
            raise RuleError(f"{NO_ROOM}: {_first(error)}", remedy="group before joining, or raise memory in [limits]") from None
        except duckdb.Error as error:
            raise RuleError(f"the database refuses it: {_first(error)}", remedy="mend the column or view that is named") from None
        finally:
            timer.cancel()

    def columns(self) -> frozenset[tuple[str, str]]:
        """Every (view, column) of the ground; asked once, since it does not change while the connection lives."""
        if self._columns is None:
            rows = self.dicts("SELECT table_name AS t, column_name AS c FROM duckdb_columns() WHERE schema_name = 'ground'")
            self._columns = frozenset((row["t"], row["c"]) for row in rows)
        return self._columns

    def _single(self, sql: str) -> None:
        try:
            statements = self.store.connection.extract_statements(sql)
        except duckdb.Error as error:
            raise RuleError(f"the database cannot read it: {_first(error)}") from None
        if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
            raise RuleError("this is not exactly one SELECT", remedy="rules only read; write one SELECT")

    def close(self) -> None:
        for session in reversed(self.sessions):
            session.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_locked(path: Path, limits: Limits, *, threads: int | None = None, sessions: int = 1) -> Locked:
    """The database at `path`, locked, with as many sessions. No other connection of this process may hold it. StoreError where it cannot be opened."""
    if not path.exists():
        raise StoreError("there is no database here", str(path), "run `audit-analyzer ingest` first")
    config: dict[str, Any] = {**ENGINE, "memory_limit": limits.memory, "temp_directory": str(path.with_name("spill"))}
    if threads:
        config["threads"] = str(threads)
    before = os.umask(0o077)
    try:
        store = Store(duckdb.connect(str(path), read_only=True, config=config), path)
        if not store.value("SELECT count(*) FROM duckdb_schemas() WHERE schema_name = 'ground'"):
            store.close()
            raise StoreError("the ground of the rules is not there", str(path), "run `audit-analyzer detect`, which prepares it")
        store.make_room(limits.memory)
        return Locked(store, limits.rule_seconds, sessions=sessions)
    except duckdb.Error as error:
        raise StoreError(f"the database cannot be opened: {error}", str(path), "close what else holds it, and run the same command again") from error
    finally:
        os.umask(before)


def _first(error: Exception) -> str:
    """The part of an engine's message that says what is wrong, without the statement."""
    lines = [line for line in str(error).splitlines() if line.strip() and not line.startswith("LINE ") and line.strip() != "^"]
    return " ".join(lines)
