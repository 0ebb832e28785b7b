# Everything is set up by itself in .venv; Python 3.11 or newer with venv is all that is needed. `make` alone is
# `make demo`, and `make help` lists the targets, from the comments behind them.

# The first that runs, is new enough and can make a venv: a name on PATH may be a shim that leads nowhere.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo $$p && break; \
	done)
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement
# Tests mostly wait for servers: four at a time keep two cores busy.
PYTEST := $(BIN)/python -m pytest --numprocesses 4 --dist worksteal
# Extras stay in the pins: pip takes a newer release of a package for one that is asked for with an extra, and then
# refuses it, since it has no hash.
LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
	--no-strip-extras \
	--no-emit-index-url --no-emit-find-links pyproject.toml $(ARGS)
ARGS ?=

.PHONY: audit base-image bench build chaos corpus coverage demo docs format help lint lock picture run sbom test test-all test-fast
.DEFAULT_GOAL := demo
# Two installers in one .venv would get in each other's way.
.NOTPARALLEL:

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' Makefile

demo: .venv/demo ## the bot, a Slack workspace and a practice model on this machine, no token needed (ARGS=--once: play and exit)
	@$(BIN)/python -m playground $(ARGS)

run: .venv/run ## the bot, by the settings in the environment or .env
	@$(BIN)/python -m bot run

test: lint ## lint, types, import rules and the tests, in minutes (ARGS: further arguments of pytest)
	$(PYTEST) -m "not long" $(ARGS)

test-all: lint ## the same with the tests that take longest: what has to pass before a change is merged
	$(PYTEST) $(ARGS)

test-fast: .venv/dev ## the unit and property tests, with few examples each: seconds (ARGS: further arguments of pytest)
	$(BIN)/python -m pytest --quiet -m "not slow" --hypothesis-profile fast tests/unit tests/property $(ARGS)

coverage: .venv/dev ## which lines and branches of the bot the tests reach (ARGS: further arguments of pytest)
	$(PYTEST) --cov --cov-report term $(ARGS)

docs: .venv/dev ## the documentation as a site, in dist/site
	@$(BIN)/python -m tests.settings_table
	@NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --quiet
	@echo "dist/site/index.html"

lint: .venv/dev ## style, types, import rules, the Dockerfile and the workflow, without the tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/hadolint Dockerfile
	$(BIN)/zizmor --quiet --offline --strict-collection .github

format: .venv/dev ## lay the code out as lint wants it, and mend what can be mended without thought
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: .venv/demo ## how soon people see an answer, with 1 to 50 at once (ARGS="--strictness 0.7": other ways to play)
	@$(BIN)/python -m bench.live_reply $(ARGS)

picture: .venv/dev ## the README's moving picture, made anew from the demo (needs Debian's Chromium)
	@$(BIN)/python -m bench.moving_picture

chaos: .venv/dev ## kills, pauses, outages by a seed's plan, and what readers saw; minutes (ARGS="--seed 7 --kills 40": --help has all)
	@$(BIN)/python -m tests.chaos $(ARGS)

corpus: .venv/dev ## other projects' sample files through the converters; writes docs/corpus.md
	$(BIN)/python -m bench.corpus

audit: .venv/audit ## known weaknesses of what is installed for production (needs the network)
	$(BIN)/python -m pip_audit --strict --disable-pip --require-hashes --requirement requirements.txt

sbom: .venv/audit ## the list of what is in a release, in CycloneDX, as dist/sbom.cdx.json
	@mkdir -p dist
	$(BIN)/python -m cyclonedx_py requirements --output-reproducible --output-format JSON --output-file dist/sbom.cdx.json \
		requirements.txt

build: .venv/dev ## the source archive and the wheel of this version, in dist/
	$(BIN)/python -m hatchling build --clean

lock: ## pin the dependencies again (needs uv; ARGS=--upgrade: the newest that the ranges allow)
	$(LOCK) --output-file requirements.txt
	$(LOCK) --extra demo --constraint requirements.txt --output-file requirements-demo.txt
	$(LOCK) --extra demo --extra docs --extra otel --extra dev --constraint requirements.txt --output-file requirements-dev.txt
	$(LOCK) --extra audit --constraint requirements.txt --output-file requirements-audit.txt

base-image: ## pin the base image of the Dockerfile to what its tag names now (needs docker)
	@tag=$$(sed -n 's/^FROM \(.*\)@sha256:.* AS base$$/\1/p' Dockerfile) && docker pull --quiet "$$tag" >/dev/null && \
	digest=$$(docker image inspect --format '{{index .RepoDigests 0}}' "$$tag" | sed 's/.*@//') && \
	sed "s/^FROM .* AS base$$/FROM $$tag@$$digest AS base/" Dockerfile >Dockerfile.new && mv Dockerfile.new Dockerfile && \
	grep ' AS base$$' Dockerfile

.venv/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer with venv is needed, and none was found on PATH." \
		"On Debian and Ubuntu: apt install python3-venv" >&2; exit 2; }
	@echo "Setting up .venv; this happens once." >&2
	@$(PYTHON) -m venv .venv
	@touch $@

.venv/run: requirements.txt | .venv/python
	@$(PIP) requirements.txt
	@touch $@

.venv/demo: requirements-demo.txt | .venv/python
	@$(PIP) requirements-demo.txt
	@touch $@ .venv/run

.venv/dev: requirements-dev.txt | .venv/python
	@$(PIP) requirements-dev.txt
	@touch $@ .venv/run .venv/demo

.venv/audit: requirements-audit.txt | .venv/python
	@$(PIP) requirements-audit.txt
	@touch $@
