# make demo    the bot, a Slack workspace and a practice model on this machine, no token needed  (ARGS=--once: play and exit)
# make run     the bot, by the settings in the environment or .env
# make test    lint, types, import rules and every test  (ARGS: further arguments of pytest)
# make lint    without the tests
# make corpus  other projects' sample files through the converters; writes docs/corpus.md
# make bench   how soon people see an answer, with 1 to 50 at once (ARGS="--strictness 0.7": other ways to play)
# make lock    pin the dependencies again
#
# Everything is set up by itself in .venv; Python 3.11 or newer with venv is all that is needed.

# The first that runs, is new enough and can make a venv: a name on PATH may be a shim that leads nowhere.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo $$p && break; \
	done)
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement
ARGS ?=

.PHONY: bench corpus demo run test lint lock
.DEFAULT_GOAL := demo
# Two installers in one .venv would get in each other's way.
.NOTPARALLEL:

demo: .venv/run
	@$(BIN)/python -m playground $(ARGS)

run: .venv/run
	@$(BIN)/python -m bot run

# Tests mostly wait for servers: three at a time keep two cores busy.
test: lint
	$(BIN)/python -m pytest --numprocesses 3 --dist worksteal $(ARGS)

corpus: .venv/dev
	$(BIN)/python -m bench.corpus

lint: .venv/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: .venv/run
	@$(BIN)/python -m bench.live_reply $(ARGS)

.venv/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer with venv is needed, and none was found on PATH." \
		"On Debian and Ubuntu: apt install python3-venv" >&2; exit 2; }
	@echo "Setting up .venv; this happens once." >&2
	@$(PYTHON) -m venv .venv
	@touch $@

.venv/run: requirements.txt | .venv/python
	@$(PIP) requirements.txt
	@touch $@

.venv/dev: requirements-dev.txt | .venv/python
	@$(PIP) requirements-dev.txt
	@touch $@ .venv/run

LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
	--no-emit-index-url --no-emit-find-links pyproject.toml

lock:
	$(LOCK) --output-file requirements.txt
	$(LOCK) --extra dev --constraint requirements.txt --output-file requirements-dev.txt
