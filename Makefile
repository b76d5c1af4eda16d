# The words of the workshop; `make help` explains them. Each does its own set-up first and may be repeated.
# A word can be told more: `make demo PORT=9000`, `make test ARGS="tests/urls -k reverse"`, `PYTHON=/path/to/python make setup`.

.DEFAULT_GOAL := help
SHELL := /bin/sh
PORT ?= 8000
VERSION ?= 3.12
ARGS ?=
BIN := .venv/bin
unexport PYTHONPATH VASE_SETTINGS_MODULE VASE_ENV
# Some images set it; the many processes of the tests would then compile all their imports anew.
unexport PYTHONDONTWRITEBYTECODE
export PATH := $(PATH):$(CURDIR)/.tools/bin

.PHONY: help setup dev demo test test-fast test-python test-rust lint types fix docs template bench bench-quick clean core-any core-release

help: ## print these words
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' Makefile

setup: ## make .venv with the locked versions of everything
	@scripts/setup

dev: setup ## build the Rust core in place, quickly, for work on it
	@scripts/core dev

core-release: setup
	@scripts/core release

core-any: setup
	@scripts/core any

demo: core-release ## serve the example site with sample data (PORT=8000)
	@scripts/demo $(PORT)

test: core-any ## run all tests of both languages, with PostgreSQL and Redis where they can be had
	@scripts/test $(ARGS)

test-fast: core-any ## run the Python tests that take no time
	@$(BIN)/python -m pytest -q -n auto --maxprocesses 4 --dist loadfile -m "not slow and not postgres and not redis" $(ARGS)

test-python: ## run the tests of the loop and of applications on another Python (VERSION=3.12)
	@scripts/test-python $(VERSION) $(ARGS)

test-rust: ## run the tests of the engine, with no Python on the path
	@scripts/test-rust $(ARGS)

lint: core-any ## check everything that a machine can check; prints each fault
	@scripts/lint

types: core-any ## check the types of all Python, and the face of the core against the core
	@scripts/types

fix: setup ## mend everything that a machine can mend
	@scripts/fix

docs: core-any ## write the reference, check all pages and links, build them into site/
	@$(BIN)/python scripts/reference.py
	@$(BIN)/python scripts/pages.py

template: core-release ## build the wheel, start a project from it in an empty environment, run its tests
	@$(BIN)/python -m pytest -q tests/template $(ARGS)

bench: core-release ## compare with other servers on this machine; takes long
	@$(BIN)/python -m benchmarks $(ARGS)

bench-quick: core-release ## one short round of the same: shows that all works, measures nothing
	@$(BIN)/python -m benchmarks --quick $(ARGS)

clean: ## remove what was built; the next word builds it again
	rm -rf target site dist .cache .venv .venv-* .tools .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	rm -f vase/_core.*.so
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
