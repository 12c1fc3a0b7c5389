# Everything here makes the virtual environment it needs; Python 3.11 or newer and make are all that must be there.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
JOBS   ?= 3

.DEFAULT_GOAL := help
.PHONY: help demo run picture test test-full torture bench lint format lock eval-rules clean

help:
	@echo "make demo       the seed story, replayed offline in seconds"
	@echo "make run        the bot with config.toml"
	@echo "make test       lint, types, import contracts and the tests (under five minutes)"
	@echo "make test-full  what is long or heavy (under twenty)"
	@echo "make torture    the hours"
	@echo "make bench      benchmarks, each beside what one would use instead"
	@echo "make eval-rules how well the packs judge labelled passages (needs ONRECORD_TEST_DATA)"
	@echo "make picture    draw the README's alert, and one message of each kind, again"
	@echo "make lock       pin every dependency again"

# One environment for users, one more layer for developers. The stamp is newer than the lock it was made from.
$(VENV)/.run: requirements.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "onrecord needs Python 3.11 or newer; set PYTHON=")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

$(VENV)/.dev: $(VENV)/.run requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	touch $@

demo: $(VENV)/.run
	@$(BIN)/onrecord demo

run: $(VENV)/.run
	@$(BIN)/onrecord run

picture: $(VENV)/.run
	$(BIN)/python -m bot.demo.picture docs

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

test: lint
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal -m "not full and not torture"

test-full: $(VENV)/.dev
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal -m full

torture: $(VENV)/.dev
	$(BIN)/python -m pytest -m torture --timeout 20000 -s

bench: $(VENV)/.dev
	@for bench in benchmarks/bench_*.py; do $(BIN)/python $$bench || exit 1; done

eval-rules: $(VENV)/.dev
	@$(BIN)/python -m benchmarks.eval_rules

# Hashes, no index addresses: whoever installs chooses where from.
lock: $(VENV)/.dev
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		--no-annotate --group build pyproject.toml -o requirements.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		--no-annotate --group dev pyproject.toml -o requirements-dev.txt

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
