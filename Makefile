# Everything a person needs to work on Kith. `make help` lists it.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# What the environment is made from. The stamp is made last, so a setup that was interrupted starts again.
MADE_FROM := requirements-dev.lock pyproject.toml Makefile
# `make setup PYTHON=/path/to/python` decides; otherwise the first of these that is new enough.
PYTHON ?=
CANDIDATES := $(or $(PYTHON),python3 python3.14 python3.13 python3.12 python3.11)
# pip says nothing but errors.
PIP := $(BIN)/python -m pip -qq --disable-pip-version-check --no-input
LOCK := uv pip compile --quiet --generate-hashes --universal --no-emit-index-url --no-emit-find-links --no-header $(ARGS)

.PHONY: help setup venv demo test check servers lock bench screenshot clean

help: ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 20

setup: $(READY) ## make .venv with Kith and everything it needs, from the lock
	@echo "ready: $(BIN)/kith"

$(READY): $(MADE_FROM)
	@$(BIN)/python -c 'import pip' 2>/dev/null || $(MAKE) venv
	@echo "installing what requirements-dev.lock lists"
	@# Wheels only: nothing is compiled, and no package's own code runs while it is installed.
	@$(PIP) install --only-binary :all: --require-hashes --requirement requirements-dev.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

venv:
	@python=; for each in $(CANDIDATES); do \
	  if "$$each" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then python=$$each; break; fi; done; \
	[ -n "$$python" ] || { echo "Kith needs Python 3.11 or newer; $(firstword $(CANDIDATES)) here is" \
	  "$$($(firstword $(CANDIDATES)) --version 2>/dev/null || echo "not there")." \
	  "Install one, or name one: make setup PYTHON=/path/to/python" >&2; exit 1; }; \
	"$$python" -c 'import ensurepip, venv' 2>/dev/null || { echo "This Python cannot make virtual environments." \
	  "On Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }; \
	echo "making $(VENV) with $$("$$python" --version)"; \
	"$$python" -m venv --clear $(VENV)

demo: setup ## the whole loop on an invented mailbox, on this machine
	@$(BIN)/kith demo

test: setup servers ## every check and every test, as the project's own runs do it
	@$(MAKE) check

check: ## the checks and tests alone, in the environment as it is
	@$(BIN)/ruff check --quiet && echo "ruff check: ok"
	@$(BIN)/ruff format --quiet --check && echo "ruff format: ok"
	@$(BIN)/mypy --no-error-summary && echo "mypy: ok"
	@said=$$($(BIN)/lint-imports --no-logo) && echo "lint-imports: ok" || { echo "$$said"; exit 1; }
	@# A file stays on one worker, so that what it builds for itself is built once.
	@$(BIN)/pytest --numprocesses auto --dist loadfile

servers: ## install the servers that the tests talk to (Debian and Ubuntu, as root)
	@bash tests/servers.sh

lock: ## write the locks again; ARGS=--upgrade takes newer versions
	@command -v uv >/dev/null || { echo "make lock needs uv: python3 -m pip install uv" >&2; exit 1; }
	@$(LOCK) pyproject.toml --all-extras --group dev --output-file requirements-dev.lock
	@$(LOCK) pyproject.toml --extra postgres --extra keyring \
	  --constraint requirements-dev.lock --output-file requirements.lock
	@$(LOCK) --group build --constraint requirements-dev.lock --output-file requirements-build.lock

bench: setup ## measure what README's figures come from
	@$(BIN)/python bench/run.py

screenshot: setup servers ## take the picture of a digest that README shows
	@$(BIN)/python bench/screenshot.py

clean: ## remove everything that can be made again
	@rm -rf $(VENV) dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache demo
	@find service tests bench -type d -name __pycache__ -prune -exec rm -rf {} +
