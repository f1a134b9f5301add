"""A SQLAlchemy dialect that lets Great Expectations ask a workspace's database: read-only, in memory besides, answers buffered."""

from __future__ import annotations

import contextlib
import itertools
from typing import TYPE_CHECKING, Any

import duckdb
import sqlalchemy as sa
from sqlalchemy.dialects import registry
from sqlalchemy.engine import default

from audit_analyzer.errors import StoreError
from audit_analyzer.store import ENGINE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from sqlalchemy.engine.interfaces import ReflectedColumn

SCHEME = "duckdb+workspace"  # a scheme of our own: another package's "duckdb" dialect is left alone
TYPES: dict[str, type[sa.types.TypeEngine[Any]]] = {
    "BOOLEAN": sa.Boolean,
    "BIGINT": sa.BigInteger,
    "INTEGER": sa.Integer,
    "DOUBLE": sa.Float,
    "VARCHAR": sa.String,
    "DATE": sa.Date,
    "TIMESTAMP": sa.DateTime,
    "TIMESTAMP WITH TIME ZONE": sa.DateTime,
}
_SERVED: dict[str, Served] = {}
_NUMBERS = itertools.count(1)


class Served:
    """One workspace's database attached read-only as `audit` to an empty database in memory, in which views may be made."""

    def __init__(self, path: Path, memory: str) -> None:
        config: dict[str, str | bool | int | float | list[str]] = {**ENGINE, "memory_limit": memory, "temp_directory": str(path.with_name("spill"))}
        self.connection = duckdb.connect(":memory:", config=config)
        self.cursors: list[_Connection] = []
        self.name = f"served_{next(_NUMBERS)}"
        quoted = str(path).replace("'", "''")
        for statement in (f"ATTACH '{quoted}' AS audit (READ_ONLY)", "SET GLOBAL TimeZone = 'UTC'", "SET enable_external_access = false"):
            self.connection.execute(statement)

    @property
    def url(self) -> str:
        """What SQLAlchemy and Great Expectations call this database."""
        return f"{SCHEME}:///{self.name}"

    def run(self, sql: str) -> None:
        """Run one statement for its effect: a view or a table in memory."""
        self.connection.execute(sql)

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        answer: list[tuple[Any, ...]] = self.connection.execute(sql, list(values) or None).fetchall()
        return answer

    def close(self) -> None:
        """Let go of the file: every connection that SQLAlchemy made is closed too, else the workspace could not be opened for writing."""
        for cursor in self.cursors:
            cursor.close()
        self.connection.close()


@contextlib.contextmanager
def served(path: Path, *, memory: str = "900MB") -> Iterator[Served]:
    """The database at `path` for as long as the block runs. Nothing in this process may hold it open for writing.

    Raises:
        StoreError: there is no database, or it cannot be opened.
    """
    if not path.exists():
        raise StoreError("there is no database here", str(path), "run `audit-analyzer ingest` first")
    try:
        database = Served(path, memory)
    except duckdb.Error as error:
        raise StoreError(f"the database cannot be read: {error}", str(path), "let the other run end, then run the same command again") from error
    _SERVED[database.name] = database
    try:
        yield database
    finally:
        del _SERVED[database.name]
        database.close()


class _Cursor:
    """A cursor whose rows are all fetched at once: Great Expectations reads them after it has closed the connection."""

    arraysize = 1

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection
        self.description: list[tuple[Any, ...]] | None = None
        self.left: list[tuple[Any, ...]] = []
        self.rowcount = -1

    def execute(self, sql: str, values: Sequence[object] = ()) -> None:
        answer = self.connection.execute(sql, list(values) or None)
        self.description = [(*column, None, None, None, None, None, None, None)[:7] for column in answer.description or ()] or None
        self.left = answer.fetchall() if self.description else []

    def executemany(self, sql: str, rows: Sequence[Sequence[object]]) -> None:
        self.connection.executemany(sql, [list(row) for row in rows])

    def fetchone(self) -> tuple[Any, ...] | None:
        return self.left.pop(0) if self.left else None

    def fetchmany(self, size: int | None = None) -> list[tuple[Any, ...]]:
        size = size or self.arraysize
        taken, self.left = self.left[:size], self.left[size:]
        return taken

    def fetchall(self) -> list[tuple[Any, ...]]:
        taken, self.left = self.left, []
        return taken

    def close(self) -> None:
        """Nothing to close: rows that were fetched stay readable."""


class _Connection:
    """One DuckDB connection as SQLAlchemy's pool wants it. Reading needs no transaction, so commit and rollback do nothing."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection

    def cursor(self) -> _Cursor:
        return _Cursor(self.connection)

    def commit(self) -> None:
        """Each statement stands by itself."""

    def rollback(self) -> None:
        """Each statement stands by itself."""

    def close(self) -> None:
        self.connection.close()


class _Driver:
    """What SQLAlchemy takes for the DBAPI module."""

    apilevel, threadsafety, paramstyle = "2.0", 1, "qmark"
    Error = duckdb.Error
    Warning = duckdb.Warning
    DatabaseError, OperationalError, ProgrammingError = duckdb.DatabaseError, duckdb.OperationalError, duckdb.ProgrammingError

    @staticmethod
    def connect(name: str) -> _Connection:
        database = _SERVED[name]
        database.cursors.append(_Connection(database.connection.cursor()))
        return database.cursors[-1]


class Dialect(default.DefaultDialect):
    """DuckDB for reading. Reflection asks DuckDB's own catalogue; the generic compiler's SQL is DuckDB's."""

    name = "duckdb"
    driver = "workspace"
    default_paramstyle = "qmark"
    supports_native_boolean = True
    supports_statement_cache = True
    supports_alter = False

    @classmethod
    def import_dbapi(cls) -> Any:  # noqa: ANN401  a class in the place of a module
        return _Driver

    def create_connect_args(self, url: sa.URL) -> tuple[list[str], dict[str, Any]]:
        return [url.database or ""], {}

    def has_table(self, connection: sa.Connection, table_name: str, schema: str | None = None, **_: Any) -> bool:  # noqa: ANN401  SQLAlchemy's own
        return table_name in self.get_table_names(connection, schema) + self.get_view_names(connection, schema)

    def get_schema_names(self, connection: sa.Connection, **_: Any) -> list[str]:  # noqa: ANN401  SQLAlchemy's own
        return list(connection.scalars(sa.text("SELECT schema_name FROM duckdb_schemas() WHERE database_name = 'memory' ORDER BY 1")))

    def get_table_names(self, connection: sa.Connection, schema: str | None = None, **_: Any) -> list[str]:  # noqa: ANN401  SQLAlchemy's own
        sql = "SELECT table_name FROM duckdb_tables() WHERE database_name = 'memory' AND schema_name = :schema ORDER BY 1"
        return list(connection.scalars(sa.text(sql), {"schema": schema or "main"}))

    def get_view_names(self, connection: sa.Connection, schema: str | None = None, **_: Any) -> list[str]:  # noqa: ANN401  SQLAlchemy's own
        sql = "SELECT view_name FROM duckdb_views() WHERE database_name = 'memory' AND schema_name = :schema AND NOT internal ORDER BY 1"
        return list(connection.scalars(sa.text(sql), {"schema": schema or "main"}))

    def get_columns(self, connection: sa.Connection, table_name: str, schema: str | None = None, **_: Any) -> list[ReflectedColumn]:  # noqa: ANN401  SQLAlchemy's own
        sql = """SELECT column_name, data_type, is_nullable FROM duckdb_columns()
                 WHERE database_name = 'memory' AND schema_name = :schema AND table_name = :name ORDER BY column_index"""
        rows = connection.execute(sa.text(sql), {"schema": schema or "main", "name": table_name}).all()
        if not rows:
            raise sa.exc.NoSuchTableError(table_name)
        return [{"name": name, "type": TYPES.get(kind, sa.types.NullType)(), "nullable": bool(null), "default": None} for name, kind, null in rows]

    def get_pk_constraint(self, *_: Any, **__: Any) -> Any:  # noqa: ANN401  SQLAlchemy's own
        return {"constrained_columns": [], "name": None}


registry.register(SCHEME.replace("+", "."), __name__, "Dialect")
