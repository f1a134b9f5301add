# Two commands do everything: `make demo` and `make test`. The rest are parts of them.
PYTHON ?= python3
SIZE ?= 1m
BIN = .venv/bin

.PHONY: demo test lint types contracts tests bench bench-night golden validation docs proven clean

demo: .venv/.runs
	@rm -rf demo-workspace && $(BIN)/audit-analyzer init demo-workspace >/dev/null && cp sample_logs/audit.toml demo-workspace/audit.toml
	@$(BIN)/audit-analyzer run sample_logs --workspace demo-workspace

test: .venv/.tests lint types contracts tests

lint: .venv/.tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/.tests
	$(BIN)/mypy

contracts: .venv/.tests
	$(BIN)/lint-imports --no-cache

tests: .venv/.tests
	$(BIN)/python -m pytest -n 2 --ignore tests/test_sail.py
	$(BIN)/python -m pytest tests/test_sail.py   # in a process of its own: the data-quality library and the Spark client do not share one

bench: .venv/.tests           ## SIZE=1m (default), 10m, 100m
	$(BIN)/python tests/bench.py $(SIZE)

bench-night: .venv/.tests     ## a whole night over CloudTrail files, then ground and rulebook; SIZE as above
	$(BIN)/python tests/bench_night.py $(SIZE) trail rules

golden: .venv/.tests          ## write the golden results of the samples anew; look at the difference before you commit it
	$(BIN)/python tests/make_samples.py --golden

validation: .venv/.tests      ## docs/validation.md: the error rates of the installed rulebook over five seeds
	$(BIN)/audit-analyzer validate --seeds 1,2,3,4,5 --write docs/validation.md

docs: .venv/.tests            ## docs/rules.md, docs/tables.md and what else is made from the program
	$(BIN)/python tests/make_docs.py

# --- set-up: everything pinned by hash

.venv/.runs: requirements.txt pyproject.toml
	@test -x $(BIN)/pip || $(PYTHON) -m venv .venv || { echo "python3 has no venv: apt-get install python3-venv"; rm -rf .venv; exit 1; }
	@echo "setting up .venv" && $(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-build.txt
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv/.tests: .venv/.runs requirements-dev.txt
	@echo "setting up .venv for tests" && $(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

clean:
	rm -rf .venv demo-workspace build dist bench-data .mypy_cache .ruff_cache .pytest_cache .hypothesis

proven: .venv/.tests          ## rules/proven.json: the states in which the rules' own tests pass
	$(BIN)/python tests/make_proven.py
