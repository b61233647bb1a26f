# Entry points of scalegate. `make demo` and `make test` set up everything they need in .venv, and nothing outside.
#
#   make demo      the main job on the evaluation data that comes with the project
#   make test      style, types, import contracts and the fast tests (under 6 minutes on 2 cores)
#   make test-ci   browser tests, tests that train a model (torch), and a seeded selection of the slow tests
#   make test-all  every test, the slow ones in full (under 90 minutes)
#   make bench     figures for start-up and assessment
#   make lint      style, types and import contracts alone
#   make lock      write the hash-pinned lock files anew (needs uv)
#   make clean     remove what the targets above made

.DELETE_ON_ERROR:
.SUFFIXES:
.NOTPARALLEL:
.PHONY: help demo test test-ci test-all bench lint lock clean
.DEFAULT_GOAL := help

# An environment or a library path that happens to be active must not leak into this one.
unexport PYTHONPATH PYTHONHOME VIRTUAL_ENV PIP_USER PIP_TARGET PIP_PREFIX PIP_REQUIRE_VIRTUALENV PYTEST_ADDOPTS
export PYTHONNOUSERSITE := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_NO_INPUT := 1

PY := .venv/bin/python
PIP := $(PY) -m pip install --quiet
PYTEST := $(PY) -m pytest -rs
JOBS ?= 2
SLOW_SHARE ?= 0.1

help:
	@sed -n 's/^#   //p' Makefile

# ------------------------------------------------------------------------------------------ set-up
# Stamps make set-up cost nothing the second time. Their name holds a checksum of the project's place, because the
# programs inside .venv hold absolute paths: a folder that was moved or copied is set up anew, as is a changed lock.

PLACE := $(shell pwd | cksum | cut -d ' ' -f 1)
MADE := .venv/.made-$(PLACE)
CORE := .venv/.core-$(PLACE)
DEV := .venv/.dev-$(PLACE)
TORCH := .venv/.torch-$(PLACE)

$(MADE):
	@python=$$(sh .ci/prerequisites) || exit 1; \
	echo "making .venv with $$($$python --version)"; \
	$$python -m venv --clear .venv
	@touch $@

$(CORE): $(MADE) pyproject.toml requirements/build.txt requirements/report.txt
	@echo "installing what scalegate needs (requirements/report.txt)"
	@$(PIP) --require-hashes -r requirements/report.txt -r requirements/build.txt
	@$(PIP) --no-deps --no-build-isolation --no-index -e .
	@touch $@

$(DEV): $(MADE) pyproject.toml requirements/dev.txt
	@echo "installing what scalegate and its tests need (requirements/dev.txt)"
	@$(PIP) --require-hashes -r requirements/dev.txt
	@$(PIP) --no-deps --no-build-isolation --no-index -e .
	@touch $@ $(CORE)

$(TORCH): $(DEV) requirements/torch.txt
	@echo "installing torch for the tests that train a model (requirements/torch.txt)"
	@$(PIP) -r requirements/torch.txt
	@touch $@

# ------------------------------------------------------------------------------------------- tasks

demo: $(CORE)
	@PATH="$$PWD/.venv/bin:$$PATH" bash examples/cyber/demo.sh

lint: $(DEV)
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	.venv/bin/lint-imports --no-cache

test: lint
	$(PYTEST) -n $(JOBS) -m "not slow and not browser and not torch"

test-ci: $(TORCH)
	$(PYTEST) -n $(JOBS) -m "slow or browser or torch" --slow-share $(SLOW_SHARE)

test-all: lint $(TORCH)
	$(PYTEST) -n $(JOBS)

bench: $(CORE)
	$(PY) benchmarks/startup.py
	$(PY) benchmarks/assess.py
	$(PY) benchmarks/lease.py
	$(PY) benchmarks/horizon.py coverage 40

lock:
	bash requirements/lock.sh

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist
	find src tests benchmarks examples -name __pycache__ -type d -prune -exec rm -rf {} +
