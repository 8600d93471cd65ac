# Everything sets itself up. `make run` needs python3 (3.11 or newer) and a package index; `make test` also installs the
# servers, the browser, the editor's language server and Helm, with which it tests (tests/equipment.py).
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help run test test-embedded soak mutants bench bench-line bench-rules compiled check lock clean

help:
	@echo "make run    start Intouch with a demo semester and open for events"
	@echo "make test   every check and every test"
	@echo "make test-embedded   those of them that need no server, browser, editor or Helm"
	@echo "make check  ruff, mypy and the import rules only"
	@echo "make soak   the same properties over long histories (minutes)"
	@echo "make mutants  make small mistakes in the domain, one by one, and see whether its tests notice (an hour)"
	@echo "make bench  measure what docs claim"
	@echo "make compiled  build what decides as machine code: .compiled/intouch does all that intouch does, about twice as fast"
	@echo "make bench-line   measure taking events from RabbitMQ into PostgreSQL against Celery and a plain loop"
	@echo "make bench-rules  measure deciding against general rule engines"
	@echo "make lock   choose dependency versions anew"
	@echo "make clean  remove what these commands made (never ./var, where your data is)"

run: $(READY)
	@$(BIN)/intouch run --play-semester

test: check
	@$(BIN)/python -m tests.equipment
	@echo "Running the tests ..."
	@$(BIN)/python -m pytest

test-embedded: check
	@echo "Running the tests that need no server, browser, editor or Helm ..."
	@$(BIN)/python -m pytest -m "not soak and not servers and not browser and not editor and not helm"

soak: $(READY)
	@HYPOTHESIS_PROFILE=soak $(BIN)/python -m pytest -m "soak or not soak"

mutants: $(READY)
	@$(BIN)/python -m tests.mutation

bench: $(READY) compiled bench-line
	@$(BIN)/python -m bench

check: $(READY)
	@echo "Checking style, types and import rules ..."
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/lint-imports --no-logo > $(VENV)/imports.log || { cat $(VENV)/imports.log; exit 1; }

# One stamp: set up again only when the lock or the project file changed.
$(READY): requirements-dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	  { echo "Intouch needs Python 3.11 or newer: install it, or name it, as in \"make PYTHON=python3.12 $(MAKECMDGOALS)\"." >&2; exit 1; }
	@echo "Setting up $(VENV) (once, about a minute) ..."
	@$(PYTHON) -m venv --clear $(VENV) || \
	  { echo "Python could not make a virtual environment: install its venv module (on Debian: apt-get install python3-venv)." >&2; exit 1; }
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes --no-deps -r requirements-dev.lock
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(READY)

# The same Intouch with what decides as machine code, beside the one that is worked on: it never hides an edit.
compiled: .compiled/.ready

.compiled/.ready: $(READY) setup.py $(shell find service -name '*.py')
	@command -v cc > /dev/null || { echo "To compile, a C compiler is needed: on Debian, apt-get install gcc." >&2; exit 1; }
	@echo "Compiling (about a minute) ..."
	@rm -rf .compiled build && mkdir -p .compiled/app
	@INTOUCH_COMPILE=1 CFLAGS="-g0 -pipe" $(BIN)/python -m pip wheel -qq --disable-pip-version-check --no-deps \
	  --no-build-isolation --wheel-dir .compiled . > .compiled/build.log 2>&1 || { tail -20 .compiled/build.log >&2; exit 1; }
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-index --target .compiled/app .compiled/*.whl
	@ln -s ../../rules ../../templates ../../schemas .compiled/app/
	@printf '#!/bin/sh\nPYTHONPATH="%s" exec "%s" -P -m service "$$@"\n' "$(CURDIR)/.compiled/app" "$(abspath $(BIN))/python" > .compiled/intouch
	@chmod +x .compiled/intouch
	@touch $@

# What Intouch is measured against lives apart; nothing else needs it.
bench-line: $(VENV)-bench/.ready compiled
	@$(VENV)-bench/bin/python -m bench.consumers

bench-rules: $(VENV)-bench/.ready compiled
	@echo "What decides, as Python runs it:"
	@$(VENV)-bench/bin/python -m bench.rules
	@echo "What decides, compiled:"
	@PYTHONPATH=.compiled/app:. $(VENV)-bench/bin/python -P -m bench.rules

$(VENV)-bench/.ready: requirements-bench.lock
	@$(PYTHON) -m venv --clear $(VENV)-bench
	@$(VENV)-bench/bin/python -m pip install -qq --disable-pip-version-check --require-hashes --no-deps -r requirements-bench.lock
	@touch $@

# The tool that writes the locks lives apart, so that its own needs are never ours.
lock:
	@$(PYTHON) -m venv --clear $(VENV)-lock
	@$(VENV)-lock/bin/python -m pip install -qq --disable-pip-version-check "pip-tools>=7.4"
	@$(VENV)-lock/bin/pip-compile $(LOCK_FLAGS) --output-file requirements.lock pyproject.toml
	@$(VENV)-lock/bin/pip-compile $(LOCK_FLAGS) --extra dev --constraint requirements.lock --output-file requirements-dev.lock pyproject.toml
	@$(VENV)-lock/bin/pip-compile $(LOCK_FLAGS) --extra bench --constraint requirements.lock --output-file requirements-bench.lock pyproject.toml
	@rm -rf $(VENV)-lock

LOCK_FLAGS := --quiet --upgrade --generate-hashes --strip-extras --allow-unsafe --no-header \
	--no-emit-index-url --no-emit-find-links --no-emit-trusted-host

clean:
	@rm -rf $(VENV) $(VENV)-lock $(VENV)-bench .compiled .tools build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find service tests examples bench -name __pycache__ -type d -prune -exec rm -rf {} +
