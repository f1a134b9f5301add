import polars as pl
import pytest

from audit_analyzer import chance


@pytest.mark.parametrize(
    ("observed", "expected", "tail"),
    [  # 1 - sum of the first terms, worked out with exact fractions of e
        (1, 1.0, 0.6321205588285577),
        (2, 1.0, 0.2642411176571153),
        (5, 1.0, 0.003659846827343713),
        (10, 3.0, 0.0011024881301589),
        (3, 20.0, 0.9999995444850495),
        (0, 2.0, 1.0),
    ],
)
def test_the_tail_is_the_sum_of_the_poisson_terms(observed, expected, tail):
    assert chance.poisson_tail(observed, expected) == pytest.approx(tail, rel=1e-9)


def test_the_tail_agrees_with_plain_summation_over_a_wide_range():
    import math

    for mean in (0.2, 3.7, 40.0, 99.5):
        for count in range(1, 160, 7):
            below = math.fsum(math.exp(k * math.log(mean) - mean - math.lgamma(k + 1)) for k in range(count))
            assert chance.poisson_tail(count, mean) == pytest.approx(1 - below, abs=1e-12)


def test_a_count_in_the_thousands_does_not_overflow():
    assert chance.poisson_tail(120_000, 119_000.0) == pytest.approx(0.00188, rel=0.02)


def test_nothing_expected_makes_any_count_impossible_and_nothing_known_makes_it_certain():
    assert (chance.poisson_tail(3, 0.0), chance.poisson_tail(3, None)) == (0.0, 1.0)


def test_the_control_steps_up_to_the_last_p_value_that_passes():
    # Benjamini and Hochberg (1995), section 3: of fifteen hypotheses four pass at 0.05
    p = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0]
    assert chance.let_through(p, 15, 0.05) == 0.0095


def test_hypotheses_that_were_asked_but_not_returned_make_it_stricter():
    assert (chance.let_through([0.01], 1, 0.05), chance.let_through([0.01], 100, 0.05)) == (0.01, -1.0)


def evidence(*rows):
    names = ("subject", "system", "clause", "hypothesis", "observed", "expected", "tests", "id")
    kinds = {
        "subject": pl.String,
        "system": pl.String,
        "clause": pl.String,
        "hypothesis": pl.String,
        "observed": pl.Float64,
        "expected": pl.Float64,
        "tests": pl.Int64,
        "id": pl.String,
    }
    return pl.DataFrame([dict(zip(names, row, strict=True)) for row in rows], schema=kinds)


def test_evidence_of_one_hypothesis_counts_as_one_test_and_passes_or_is_held_back_together():
    frame = evidence(("a", "s", None, None, 30.0, 2.0, 50, "1"), ("a", "s", None, None, 30.0, 2.0, 50, "2"), ("b", "s", None, None, 4.0, 2.0, 50, "3"))
    kept, held_back = chance.kept(frame, 0.05)
    assert (sorted(kept["id"]), held_back) == (["1", "2"], 1)
    assert kept["p_value"].max() < 1e-20


def test_no_evidence_is_no_finding():
    kept, held_back = chance.kept(evidence(), 0.05)
    assert (kept.height, held_back) == (0, 0)
