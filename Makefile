# What a person types. Everything runs inside .venv, which `make setup` makes.
SHELL := /bin/sh
BIN := .venv/bin
# Tests wait for wires and windows more than they compute.
JOBS ?= 6

# They start many processes: what is compiled once is kept for all, also where the environment says otherwise.
export PYTHONDONTWRITEBYTECODE =

.DEFAULT_GOAL := help
.PHONY: help setup install demo test tested check compiled format bench screens cuts simulate kills frames fuzz coverage mutants audit clean

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1\t\2/p' Makefile | expand -t 14

setup: ## install what is missing and make .venv
	@tools/setup.sh

install: ## the same for a pickup point: nothing of what only trying and testing need
	@tools/setup.sh point

demo: setup ## the whole pickup point on simulated devices: with a display to try, without one as a guided tour
	@$(BIN)/python -m simulators demo

test: ## check, and all tests beside it
	@$(MAKE) --no-print-directory -j 2 check tested

tested: compiled
	@$(BIN)/pytest -n $(JOBS) --dist worksteal

compiled: setup # the tests, once and not by each worker; what does not compile, the tests themselves say
	@$(BIN)/pytest --collect-only >/dev/null 2>&1 || true

check: setup ## ruff, mypy and the import contracts
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

format: setup ## let ruff put the code in order
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: setup ## all benchmarks, as ratios within one run; PHOTOS=folder for the decoders too
	@$(BIN)/pip install -q -e .[bench]
	@$(BIN)/python -m benchmarks $(if $(PHOTOS),--photos $(PHOTOS))

screens: setup ## every screen in every manner, as pictures; UPDATE=1 keeps them to compare with, ONLY=name draws few
	@$(BIN)/python -m tests.screens.gallery $(if $(UPDATE),--update) $(if $(ONLY),--only $(ONLY))

cuts: setup ## CUTS power cuts (20000) under the real store, over a disk that loses what was not synced
	@$(BIN)/python -m tests.cuts $(or $(CUTS),20000)

simulate: setup ## SEEDS=200 lives of DAYS=1 in a simulated world, with faults, over REST and SIP2; PLANTED=1: what finds them
	@$(BIN)/python -m $(if $(PLANTED),tests.simulation.planted,tests.simulation.years --seeds $(or $(SEEDS),200) \
	    --days $(or $(DAYS),1) --first $(or $(FIRST),0) $(if $(MINUTES),--minutes $(MINUTES)))

kills: setup ## KILLS real kiosks (500) killed at random moments while people use them; SIP2=1, WINDOW=1
	@$(BIN)/python -m tests.kills $(or $(KILLS),500) $(if $(SIP2),--sip2) $(if $(WINDOW),--window)

frames: setup ## FRAMES=1000000 lock frames flipped, dropped, repeated, held back or cut, over every family of boards
	@$(BIN)/python -m tests.frames $(or $(FRAMES),1000000) $(if $(MINUTES),--minutes $(MINUTES))

coverage: setup ## which branches of the core and of every codec no test goes through
	@COVERAGE_FILE=build/.coverage $(BIN)/pytest -n $(JOBS) tests/kiosk/core tests/hardware tests/sync tests/conformance \
	    tests/fuzz --hypothesis-seed=0 --cov --cov-report=term --cov-fail-under=100

mutants: setup ## N=200 mutants of the core, drawn by SEED=1: do its tests notice? What lives is shown
	@$(BIN)/pip install -q -e .[mutants]
	@$(BIN)/python -m tests.mutants --count $(or $(N),200) --seed $(or $(SEED),1) $(if $(MINUTES),--minutes $(MINUTES)) $(if $(ANEW),--anew)

fuzz: setup ## MINUTES=10 of hostile input, bred by what it reaches, shared out over everything that comes from outside
	@$(BIN)/pip install -q -e .[fuzz]
	@$(BIN)/python -m tests.fuzz --minutes $(or $(MINUTES),10)
	@$(BIN)/python -m tests.sync.fuzzed_contract $$($(BIN)/python -c 'print(max(1, round(30 * $(or $(MINUTES),10))))')

audit: setup ## ask the package index whether known weaknesses concern what is installed
	@test -x build/audit/bin/pip-audit || { python3 -m venv build/audit && build/audit/bin/pip install -q pip-audit; }
	@$(BIN)/pip freeze -q --exclude-editable > build/audit/installed.txt
	@build/audit/bin/pip-audit --strict --no-deps --disable-pip --requirement build/audit/installed.txt

clean: ## remove what was made, .venv too
	rm -rf .venv build .mypy_cache .ruff_cache .import_linter_cache .hypothesis *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
