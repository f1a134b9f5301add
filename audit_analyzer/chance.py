"""How much could be chance: the Poisson tail of a count, and the Benjamini-Hochberg control over all that a rule asked in one night."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl

TINY = 1e-300
STEPS = 10_000


def poisson_tail(observed: float, expected: float | None) -> float:
    """P(X >= observed) of a Poisson variable with mean `expected`, between 0 and 1; 1 where nothing is known to be expected.

    It is the regularised lower incomplete gamma function P(observed, expected) (NIST DLMF 8.4.10): its series below the mean, Lentz's continued
    fraction of its complement above (DLMF 8.11.4, 8.9.2).
    """
    if expected is None or math.isnan(expected):
        return 1.0
    count = math.ceil(observed)
    if count <= 0:
        return 1.0
    if expected <= 0:
        return 0.0
    scale = math.exp(count * math.log(expected) - expected - math.lgamma(count))
    if expected < count + 1:
        return min(1.0, scale * _series(count, expected))
    return max(0.0, 1.0 - scale * _fraction(count, expected))


def _series(count: int, expected: float) -> float:
    term = total = 1.0 / count
    for step in range(1, STEPS):
        term *= expected / (count + step)
        total += term
        if term < total * 1e-16:
            break
    return total


def _fraction(count: int, expected: float) -> float:
    below = expected + 1.0 - count
    c, d = 1.0 / TINY, 1.0 / below
    product = d
    for step in range(1, STEPS):
        factor = -step * (step - count)
        below += 2.0
        d = 1.0 / _away(factor * d + below)
        c = _away(below + factor / c)
        product *= d * c
        if abs(d * c - 1.0) < 1e-15:  # noqa: PLR2004  the precision of a double
            break
    return product


def _away(value: float) -> float:
    return value if abs(value) > TINY else TINY


def let_through(p_values: Sequence[float], tests: int, rate: float) -> float:
    """The largest p-value that passes at the false-discovery rate, or -1 where none does (Benjamini and Hochberg 1995).

    tests: hypotheses asked in all. Those without a p-value here were not worth returning, and count as failed: the control is then stricter, never looser.
    """
    ordered, limit = sorted(p_values), -1.0
    hypotheses = max(tests, len(ordered))
    for rank, p_value in enumerate(ordered, 1):
        if p_value <= rank / hypotheses * rate:
            limit = p_value
    return limit


def kept(frame: pl.DataFrame, rate: float) -> tuple[pl.DataFrame, int]:
    """Evidence that is not put down to chance, with its `p_value`, and how many rows are held back.

    A hypothesis is what the column `hypothesis` names, else what shares subject, system, clause, observed and expected.
    """
    import polars as pl

    if frame.is_empty():
        return frame.with_columns(pl.lit(None, pl.Float64).alias("p_value")), 0
    keys = ["subject", "system", "clause", "hypothesis", "observed", "expected"]
    asked = frame.select([*keys]).unique().sort(keys, nulls_last=False)
    tails = [poisson_tail(float(o or 0), None if e is None else float(e)) for o, e in asked.select("observed", "expected").iter_rows()]
    tests = frame.select(pl.col("tests").cast(pl.Int64).max()).item() or 0
    limit = let_through(tails, tests, rate)
    asked = asked.with_columns(
        pl.Series("p_value", [float(f"{p:.3g}") for p in tails], pl.Float64), pl.Series("passes", [p <= limit for p in tails], pl.Boolean)
    )
    joined = frame.join(asked, on=keys, how="left", nulls_equal=True)
    through = joined.filter(pl.col("passes")).drop("passes")
    return through, frame.height - through.height
