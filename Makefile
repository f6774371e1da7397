# Two commands do everything, set-up included: `make demo` and `make test`.
# Needs Python >= 3.11 and make. npm is used where it is there; what is lost without it is said.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
SERVE ?= 1
PORT ?= 8001
DEMO_DB ?= demo.db
WORKERS ?= 3

.PHONY: help demo test install lint types docs bench lock clean browser pytest
.DEFAULT_GOAL := help

help:  ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):[^#]*## */  make \1	/' | expand -t 18

demo: install  ## set up, then crawl, audit and publish the built-in demo vendors (SERVE=0 stops after the findings)
	@$(BIN)/consent-audit demo --db $(DEMO_DB) --port $(PORT) $(if $(filter 0,$(SERVE)),--no-serve)

test: $(VENV)/.dev install lint pytest  ## set up, then every check and every test

install: $(VENV)/.runtime node_modules/.installed browser  ## only set up; afterwards .venv/bin/consent-audit runs

lint: $(VENV)/.dev  ## ruff, mypy --strict, import-linter, and documents in step with the code
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/cog --check README.md

pytest: $(VENV)/.dev
	$(BIN)/pytest -n $(WORKERS) --dist worksteal

docs: $(VENV)/.dev  ## write the generated parts of the documents
	$(BIN)/python -m auditor.rules.readme
	$(BIN)/cog -r README.md

bench: $(VENV)/.dev  ## print every benchmark
	@for script in benchmarks/*.py; do echo "== $$script"; $(BIN)/python $$script; done

lock:  ## renew the lock files (needs uv)
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
		--no-emit-index-url --no-emit-find-links pyproject.toml --group build -o requirements.lock
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
		--no-emit-index-url --no-emit-find-links pyproject.toml --group build --group dev -o requirements-dev.lock

clean:  ## remove what set-up and tests made
	rm -rf $(VENV) node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

browser: $(VENV)/.runtime
	@$(BIN)/python -m crawler.install_browser

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "error: consent-audit needs Python 3.11 or newer; set PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
		{ rm -rf $(VENV); echo "error: no virtual environment could be made; on Debian: apt-get install python3-venv" >&2; exit 1; }

$(VENV)/.runtime: requirements.lock pyproject.toml | $(VENV)/bin/python
	@echo "installing Python packages"
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.runtime
	@echo "installing development packages"
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@

node_modules/.installed: package.json package-lock.json
	@mkdir -p node_modules
	@if command -v npm >/dev/null 2>&1; then \
		echo "installing browser-side assets"; \
		npm ci --ignore-scripts --no-audit --no-fund --loglevel=error && touch $@; \
	else \
		echo "npm was not found: the rules for known consent managers are missing (the multilingual heuristic works alone)," >&2; \
		echo "and the demo leaves out the vendor whose banner comes from npm. Install npm and run make install again." >&2; \
	fi
