"""The only room that opens DuckDB: creates the workspace's database, opens it, and lends its tables to the others."""

from __future__ import annotations

import contextlib
import functools
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import duckdb

from audit_analyzer.errors import StoreError
from audit_analyzer.workspace import held

if TYPE_CHECKING:
    from types import CodeType

    import polars as pl
    import pyarrow as pa

HERE = Path(__file__).resolve().parent
REBUILD = "`audit-analyzer rebuild` makes it anew from the vault"
PROVENANCE = ("export_id", "record", "row_key", "row_hash")
EACH_MILLION = 250 * 10**6  # bytes for each million uses: with 86 the widest window function over ten million found no room (docs/performance.md)
# Joins in the order in which they are written, many rows first and behind them what they are looked up in: the engine takes the view `queries`, laid
# together by position, for empty, and its own search for an order would make hash tables of all uses (docs/performance.md).
AS_WRITTEN = "SET disabled_optimizers = 'join_order,build_side_probe_side'"
ENGINE: dict[str, str | bool | int | float | list[str]] = {
    "preserve_insertion_order": "true",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
}


# What the engine says of a statement that cannot be asked as it is written, whatever machine it runs on
WRONG_SQL = (duckdb.BinderException, duckdb.CatalogException, duckdb.ParserException, duckdb.ConversionException, duckdb.InvalidInputException)


class Column(NamedTuple):
    """One column of the model: `words` is the closed list of values, empty where any value goes."""

    name: str
    type: str
    required: bool
    words: tuple[str, ...]
    meaning: str


class Table(NamedTuple):
    """One table of the model; `ledger` tells bookkeeping tables from canonical ones. `columns` leaves the provenance out."""

    name: str
    meaning: str
    ledger: bool
    columns: tuple[Column, ...]

    def column(self, name: str) -> Column:
        return next(c for c in self.columns if c.name == name)


@functools.cache
def model() -> dict[str, Table]:
    """Every table of schema.sql in its order, with the sentence of every column."""
    tables: dict[str, Table] = {}
    text = (HERE / "schema.sql").read_text(encoding="utf-8")
    for match in re.finditer(r"^-- (\w+): (ledger\. )?([^\n]+)\nCREATE TABLE \w+ \(\n(.*?)^\);", text, re.MULTILINE | re.DOTALL):
        name, ledger, meaning, body = match.groups()
        columns = []
        for line in body.splitlines():
            found = re.match(r"\s+(\w+) ([A-Z]+(?:\[\])?)( NOT NULL)?,?\s+-- (?:\{([^}]*)\} )?(.*)", line)
            if found and (ledger or found[1] not in PROVENANCE):
                columns.append(Column(found[1], found[2], bool(found[3]), tuple(found[4].split("|")) if found[4] else (), found[5]))
        tables[name] = Table(name, meaning, bool(ledger), tuple(columns))
    return tables


def canonical() -> dict[str, Table]:
    """The tables of the model that records become, without the ledger."""
    return {name: table for name, table in model().items() if not table.ledger}


_EXECUTE, _ARROW, _FRAME = (
    compile(f"_connection.{how}", "<statement>", "eval") for how in ("execute(_sql, _values)", "sql(_sql).to_arrow_table()", "sql(_sql).pl()")
)


class Store:
    """One open database. Rows out, SQL in; nothing else of DuckDB leaves this room."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, path: Path | None = None) -> None:
        self.connection, self.path = connection, path
        self.held: dict[str, object] = {}  # tables lent, by name
        connection.execute("SET TimeZone = 'UTC'")
        # DuckDB 2.0.0 draws one on standard output, which is data, for a relation that takes over two seconds
        connection.execute("SET enable_progress_bar = false")

    def run(self, sql: str, values: Sequence[object] = ()) -> None:
        """Run one or several statements for their effect."""
        self._asked(_EXECUTE, sql, values)

    def insert(self, into: str, select: str) -> None:
        """Insert the rows of a SELECT; where it has none, nothing is run.

        DuckDB 2.0.0: within one transaction, an INSERT of no rows makes those of a later INSERT of 122,880 rows or more into the same table invisible until
        the database is opened again (tests/test_landing.py has the case).
        """
        if self.rows(f"SELECT 1 FROM ({select}) LIMIT 1"):
            self.run(f"INSERT INTO {into} {select}")

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        return list(self._asked(_EXECUTE, sql, values).fetchall())

    def dicts(self, sql: str, values: Sequence[object] = ()) -> list[dict[str, Any]]:
        """All rows of a query, each by its column names."""
        cursor = self.connection.execute(sql, list(values) or None)
        names = [d[0] for d in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def value(self, sql: str, values: Sequence[object] = ()) -> Any:  # noqa: ANN401  whatever the query answers
        """First column of the first row; None where there is none."""
        rows = self.rows(sql, values)
        return rows[0][0] if rows else None

    def frame(self, sql: str) -> pl.DataFrame:
        """A query's rows as a polars frame."""
        frame: pl.DataFrame = self._asked(_FRAME, sql)
        return frame

    def arrow(self, sql: str) -> pa.Table:
        """A query's rows as an Arrow table, in types that other programs know."""
        return self._asked(_ARROW, sql)

    def exact(self, sql: str) -> pa.Table:
        """A query's rows as an Arrow table that is to be lent back: in the engine's own types, 128-bit numbers too."""
        self.run("SET arrow_lossless_conversion = true")
        try:
            return self._asked(_ARROW, sql)
        finally:
            with contextlib.suppress(duckdb.TransactionException):  # an aborted transaction: the first error is the one to tell
                self.run("RESET arrow_lossless_conversion")

    @contextlib.contextmanager
    def one_thread(self) -> Iterator[None]:
        """The engine works in one thread for as long as the block runs."""
        before = self.value("SELECT current_setting('threads')")
        self.run("SET threads = 1")
        try:
            yield
        finally:
            with contextlib.suppress(duckdb.TransactionException):
                self.run(f"SET threads = {before}")

    @contextlib.contextmanager
    def lent(self, name: str, table: object) -> Iterator[None]:
        """An Arrow table or polars frame under a name, for as long as the block runs.

        The engine finds it among the variables of the statement's own frame. Registered, it would be kept until the transaction ends.
        """
        before = self.held.get(name)
        self.held[name] = table
        try:
            yield
        finally:
            self.held.pop(name)
            if before is not None:
                self.held[name] = before

    def _asked(self, how: CodeType, sql: str, values: Sequence[object] = ()) -> Any:  # noqa: ANN401  a connection, a table or a frame
        return eval(how, {"_connection": self.connection, "_sql": sql, "_values": list(values) or None, **self.held})  # noqa: S307  our own four words of code

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing. After a failed COMMIT DuckDB would take later batches: the connection is closed instead."""
        self.run("BEGIN TRANSACTION")
        try:
            yield
        except BaseException:
            with contextlib.suppress(duckdb.Error):
                self.run("ROLLBACK")
            raise
        try:
            self.run("COMMIT")
        except duckdb.Error as error:
            self.connection.close()
            raise StoreError(f"a commit failed: {error}", str(self.path or ""), "free disk space, then run the same command again") from error

    def beside(self) -> Store:
        """A second connection to the same database, for a statement that runs while another does. Close it after use."""
        return Store(self.connection.cursor(), self.path)

    def make_room(self, memory: str) -> None:
        """Give the engine what a night over the uses of this store needs: `memory`, and from some millions of uses on as much as they take."""
        asked = EACH_MILLION * (self.value("SELECT count(*) FROM main.queries") // 10**6)
        machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        least = self.value("SELECT parse_formatted_bytes(?)", [memory])
        self.run(f"SET memory_limit = '{max(least, min(asked, machine * 6 // 10))}B'")

    def checkpoint(self) -> None:
        """Write everything into the database file; a checkpoint that fails at close would be silent."""
        self.run("CHECKPOINT")
        wal = self.path.with_name(self.path.name + ".wal") if self.path else None
        if wal is not None and wal.exists() and wal.stat().st_size > 0:
            raise StoreError("the checkpoint left data in the write-ahead log", str(wal), "free disk space, then run the same command again")

    def close(self) -> None:
        self.connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def create(path: Path) -> None:
    """A new database with every table, under a temporary name first: a kill while it is made leaves nothing behind that cannot be opened."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(path.name + ".new")
    for leftover in (draft, draft.with_name(draft.name + ".wal")):
        leftover.unlink(missing_ok=True)
    before = os.umask(0o077)
    try:
        with Store(duckdb.connect(str(draft), config=dict(ENGINE)), draft) as store:
            store.run((HERE / "schema.sql").read_text(encoding="utf-8"))
            store.checkpoint()
    finally:
        os.umask(before)
    _fsync(draft)
    draft.rename(path)
    _fsync(path.parent)


def open_store(path: Path, *, memory: str = "900MB", threads: int | None = None, read_only: bool = False) -> Store:
    """The database at `path`, created when there is none. One process may write; readers open it read-only."""
    if not path.exists():
        if read_only:
            raise StoreError("there is no database here", str(path), "run `audit-analyzer ingest` first")
        create(path)
    config = {**ENGINE, "memory_limit": memory, "temp_directory": str(path.with_name("spill"))}
    if threads:
        config["threads"] = str(threads)
    before = os.umask(0o077)
    try:
        return Store(duckdb.connect(str(path), read_only=read_only, config=config), path)
    except duckdb.IOException as error:
        if "lock" in str(error):
            raise held(path.parent) from None
        raise _not_opened(path, error) from error
    except duckdb.Error as error:
        raise _not_opened(path, error) from error
    finally:
        os.umask(before)


def verify_model(store: Store) -> None:
    """StoreError where the database lacks a table or a column of the model, as one does that an earlier version of the program made."""
    there = set(store.rows("SELECT table_name, column_name FROM duckdb_columns() WHERE schema_name = 'main'"))
    lacking = [f"{table.name}.{column.name}" for table in model().values() for column in table.columns if (table.name, column.name) not in there]
    if lacking:
        more = f" and {len(lacking) - 1} more" if len(lacking) > 1 else ""
        raise StoreError(f"the database has no {lacking[0]}{more}: another version of the program made it, or it is damaged", str(store.path), REBUILD)


def _not_opened(path: Path, error: duckdb.Error) -> StoreError:
    return StoreError(f"the database cannot be opened: {error}", str(path), REBUILD)


def gave_up(path: Path, error: duckdb.Error) -> StoreError:
    """What the engine said in the middle of its work, with what helps: a damaged file is made anew, a lack of room is mended."""
    damaged = isinstance(error, duckdb.SerializationException) or "corrupt" in str(error).casefold()
    return StoreError(f"the database engine gave up: {error}", str(path), REBUILD if damaged else "free disk space and memory, then run the same command again")


def engine_version() -> str:
    """The version of DuckDB that runs."""
    return str(duckdb.__version__)


def scratch() -> Store:
    """An empty database in memory with every table, for tests of rules."""
    store = Store(duckdb.connect(":memory:", config=dict(ENGINE)))
    store.run((HERE / "schema.sql").read_text(encoding="utf-8"))
    return store


def _fsync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
