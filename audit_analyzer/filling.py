"""The tables of the ground, filled: `prepare` for a night, in which what still holds is kept; `refresh` for every test of a rule.

Each table carries, as its comment, the state that it was made from: a digest of the rows that it reads and of those that the names before it read. A night
makes anew the tables whose state has changed, so that the ground is computed once for each delivery, not for each question.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import re
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import TYPE_CHECKING

from audit_analyzer import ground, told
from audit_analyzer.errors import StoreError
from audit_analyzer.program import data, program
from audit_analyzer.store import AS_WRITTEN

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from audit_analyzer.clauses import Pack
    from audit_analyzer.ground import Block
    from audit_analyzer.settings import Settings
    from audit_analyzer.store import Store

AT_ONCE = 2  # blocks filled at a time where there are MANY uses
MANY = 100_000
SIDE_BY_SIDE = ("use_keys", "use_context")  # these lie beside main.queries row by row, which is verified whenever they are filled
OUT_OF_PLACE = (
    "SELECT count(*) FROM (SELECT rowid AS row_no FROM main.queries) AS q POSITIONAL JOIN ground.{name} AS u WHERE q.row_no IS DISTINCT FROM u.use_no"
)
DEFINED, TEXTS, SEARCHED = "night", "texts", "text_hits"  # tables whose comments say: the program that defined the schema; whose texts; with which lexicons
OF_TEXTS = ("sought_texts", "reject_texts", TEXTS, SEARCHED)  # what told.tell_texts fills
# Ten million uses: 5 processor seconds for all 60 columns (docs/performance.md). Rows of main.* are told apart by their place, by which the ground joins.
OF_MAIN = "SELECT concat(count(*), ' ', bit_xor(hash(rowid, whole))) FROM {name} AS whole"
OF_TOLD = "SELECT concat(count(*), ' ', sum(hash(whole))) FROM {name} AS whole"


def prepare(store: Store, settings: Settings, as_of: dt.datetime, packs: Mapping[str, Pack]) -> tuple[str, ...]:
    """Schema `ground` in an open, writable store as a night needs it. `as_of`: exclusive end of the night's day, with a zone; `packs` by name.

    Returns the names of the tables that were made anew; the others still hold: program, engine, rows, lexicons and settings are those that they were made from.
    """
    store.make_room(settings.limits.memory)
    if _marks(store).get(DEFINED) != program():
        ground.define(store)
        _mark(store, DEFINED, program())
    told.tell(store, settings, as_of, packs)
    words, marks = data(settings, ["lexicons"]), _marks(store)
    states = _states(store, words)
    due = [block for block in ground.blocks() if block.materialise and marks.get(block.name) != states[block.name]]
    ground.define_again(store, [block for block in due if marks.get(block.name)])  # their comments are gone with them: a night cut short leaves none
    if marks.get(TEXTS) != states[TEXTS]:
        _tell_texts(store, settings, states[TEXTS], words, known=marks.get(SEARCHED) == words)
    _fill_all(store, due, states)
    return tuple(block.name for block in due)


def refresh(store: Store, settings: Settings, as_of: dt.datetime, packs: Mapping[str, Pack], needed: Iterable[str] | None = None) -> None:
    """Fills the tables of a defined ground for the rows that the store has now, whatever they held.

    needed: names that will be read (a rule's own); what they do not rest on is left as it is. None: everything.
    """
    wanted = ground.closure({b.name for b in ground.blocks()} if needed is None else set(needed))
    _mark(store, DEFINED, None)  # no state is noted here, so that a night would take what these leave for its own
    told.tell(store, settings, as_of, packs)
    if "texts" in wanted or "text_hits" in wanted:
        told.tell_texts(store, settings)
    _fill_all(store, [block for block in ground.blocks() if block.materialise and block.name in wanted], {})


def _tell_texts(store: Store, settings: Settings, state: str, words: str, *, known: bool) -> None:
    """The texts and the words found in them; of those that the same lexicons have searched before (known), only new ones are searched."""
    for name in (TEXTS, SEARCHED):
        _mark(store, name, None)
    told.tell_texts(store, settings, known=known)
    _mark(store, TEXTS, state)
    _mark(store, SEARCHED, words)


def _states(store: Store, words: str) -> dict[str, str]:
    """What the rows of each name of the ground follow from, as a digest; the texts, which are told later, from what they will be made of."""

    @functools.cache
    def content(name: str) -> str:
        return str(store.value((OF_MAIN if name.startswith("main.") else OF_TOLD).format(name=name)))

    blocks = {block.name: block for block in ground.blocks()}
    texts = _digest([words, content("main.rejects"), *map(content, _reads(blocks["carrier_texts"]))])
    states: dict[str, str] = {}
    for name, block in blocks.items():
        if block.given:
            states[name] = texts if name in OF_TEXTS else content(f"ground.{name}")
        else:
            states[name] = _digest([name, *(states[other] for other in sorted(block.references)), *map(content, _reads(block))])
    return states


def _reads(block: Block) -> list[str]:
    """Tables of the model that a block reads, and those without which it is nothing."""
    return sorted({*re.findall(r"\bmain\.\w+", block.body), *block.without})


def _digest(parts: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _marks(store: Store) -> dict[str, str]:
    """The state that each table of the ground carries."""
    return {name: mark for name, mark in store.rows("SELECT table_name, comment FROM duckdb_tables() WHERE schema_name = 'ground'") if mark}


def _mark(store: Store, name: str, state: str | None) -> None:
    store.run(f"COMMENT ON TABLE ground.{name} IS {'NULL' if state is None else repr(state)}")


def _fill_all(store: Store, due: Sequence[Block], states: Mapping[str, str]) -> None:
    """Each block's rows anew, where it may have any; it carries its state, if there is one, as soon as it is filled."""
    sources = sorted({name for block in due for name in block.without})
    (answers,) = store.rows("SELECT " + ", ".join(["TRUE", *(f"EXISTS (SELECT 1 FROM {name})" for name in sources)]))
    filled = {name for name, answer in zip(sources, answers[1:], strict=True) if answer}
    rich = [block for block in due if not block.without or filled.intersection(block.without)]
    with as_written(store):
        for block in due:
            if block not in rich:
                _fill(store, block, states, poor=True)
        if store.value(f"SELECT count(*) > {MANY} FROM (SELECT 1 FROM main.queries LIMIT {MANY + 1})"):
            _fill_side_by_side(store, rich, states)
        else:
            for block in rich:
                _fill(store, block, states)


def _fill_side_by_side(store: Store, due: Sequence[Block], states: Mapping[str, str]) -> None:
    """Several blocks at a time, each as soon as those that it rests on are there: most of them keep one processor busy and no more."""
    waiting = {block.name: block for block in due}
    rests_on = {name: _rests_on(block) & waiting.keys() for name, block in waiting.items()}
    with ThreadPoolExecutor(AT_ONCE) as pool:
        running: dict[Future[None], str] = {}
        while waiting or running:
            for name in [name for name, below in rests_on.items() if name in waiting and not below]:
                running[pool.submit(_fill_beside, store, waiting.pop(name), states)] = name
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                name = running.pop(future)
                future.result()
                for below in rests_on.values():
                    below.discard(name)


def _fill_beside(store: Store, block: Block, states: Mapping[str, str]) -> None:
    with store.beside() as own:
        _fill(own, block, states)


def _rests_on(block: Block) -> set[str]:
    """The names that a block reads, through views as well."""
    return ground.closure(set(block.references))


def _fill(store: Store, block: Block, states: Mapping[str, str], *, poor: bool = False) -> None:
    """The rows of one materialised block anew, from what it rests on as that is now; none where it is poor: nothing without tables that are empty.

    StoreError: a block that lies beside main.queries does not.
    """
    store.run(f"DELETE FROM ground.{block.name}")
    if not poor:
        store.run(f"INSERT INTO ground.{block.name} {block.body.removeprefix('AS')}")
    if block.name in SIDE_BY_SIDE and (count := store.value(OUT_OF_PLACE.format(name=block.name))):
        raise StoreError(
            f"{count} rows of ground.{block.name} do not lie beside their uses", str(store.path or ""), "run again; if it comes back, `audit-analyzer rebuild`"
        )
    if states:
        _mark(store, block.name, states[block.name])


@contextlib.contextmanager
def as_written(store: Store) -> Iterator[None]:
    """Joins in the order in which the blocks have them; the engine's own search for one costs more than all the joins of a rule's test."""
    before = store.value("SELECT current_setting('disabled_optimizers')")
    store.run(AS_WRITTEN)
    try:
        yield
    finally:
        store.run(f"SET disabled_optimizers = '{before or ''}'")
