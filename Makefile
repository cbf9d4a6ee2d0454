# `make demo` shows what this does, `make up` lets you try it, `make check` is for while you work, `make test` runs it all.
# Each installs what it needs into .venvs first. Needed: Python 3.11+, git, make.

PYTHON ?= python3
# Airflow starts several seconds faster when Python may keep its compiled modules.
unexport PYTHONDONTWRITEBYTECODE
MAKEFLAGS += --no-print-directory

V33 := .venvs/airflow-3.3
V31 := .venvs/airflow-3.1
V211 := .venvs/airflow-2.11
V33_PY313 := .venvs/airflow-3.3-py3.13
# A second Python for the newest Airflow, where the machine has one: on PATH, or kept by pyenv.
PYTHON_313 = $(shell for p in python3.13 $(HOME)/.pyenv/versions/3.13*/bin/python; do \
	$$p -c "" 2>/dev/null && echo $$p && break; done)

# Four at a time on any machine: the tests mostly wait, for a sandbox or for a time to pass.
FAST := -m "not slow and not cluster and not live" --dist loadfile

# $(call pytest,environment,how many at a time,which tests). Some tests are about seconds, and a busy machine takes them
# away: what fails beside others gets a second run by itself, under a heading that names it. What fails there fails.
define pytest
	$(1)/bin/python -m pytest -q -n $(2) $(3) || { \
		test $$? -eq 1 && echo && echo "A SECOND RUN, one at a time, of the tests that failed above:" && \
		$(1)/bin/python -m pytest -v $(3) --last-failed --last-failed-no-failures none; }
endef

.DEFAULT_GOAL := help
.PHONY: help demo up check test coverage test-cluster test-live docs screenshots benchmark release-check lock clean fast-2.11 fast-3.1 fast-3.3-py3.13 slow

help:
	@echo "make demo    text, receipt, reply and branch on a real Airflow, step by step; needs no account"
	@echo "make up      the same, and stays up: the Airflow page and the sandbox page, to try things"
	@echo "make check   lint, types and the fast tests, on Airflow 3.3"
	@echo "make test    every test, on Airflow 2.11, 3.1 and 3.3, and the docs"
	@echo "make coverage  the fast tests, and which lines of the package they run"
	@echo "make test-cluster  a distributed Airflow, and what becomes of it in faults; needs postgresql and redis-server"
	@echo "make test-live  each guess about the API as a test, on your account (CLICKSEND_LIVE_CONNECTION, CLICKSEND_LIVE_TO)"
	@echo "make docs    the documentation, into site/"
	@echo "make screenshots  the pictures of the documentation, from a real Airflow and a browser"
	@echo "make benchmark  what a text costs, and what becomes of texts when things go wrong, beside other tools"
	@echo "make release-check  build the release, and use it as somebody who has only installed it"
	@echo "make lock    resolve requirements/*.txt again"
	@echo "make clean   remove .venvs and what the tools left"

demo: $(V33)/.ready
	@$(V33)/bin/python -m dev.demo

up: $(V33)/.ready
	@$(V33)/bin/python -m dev.demo --stay

check: $(V33)/.ready
	$(V33)/bin/ruff check
	$(V33)/bin/ruff format --check
	$(V33)/bin/mypy
	$(call pytest,$(V33),4,$(FAST))

# One after another, on purpose: two cores are soon full.
test:
	$(MAKE) check
	$(MAKE) fast-3.1
	$(MAKE) fast-2.11
	$(MAKE) fast-3.3-py3.13
	$(MAKE) slow
	$(MAKE) test-cluster ONLY="not waits and not storm"
	$(MAKE) docs

# Shown, not chased: what only a real Airflow runs is not counted.
coverage: $(V33)/.ready
	$(V33)/bin/python -m pytest -q -n 4 $(FAST) --cov --cov-report=term:skip-covered

fast-3.1: $(V31)/.ready
	$(call pytest,$(V31),4,$(FAST))

fast-2.11: $(V211)/.ready
	$(call pytest,$(V211),4,$(FAST))

fast-3.3-py3.13:
ifneq ($(PYTHON_313),)
	$(MAKE) $(V33_PY313)/.ready
	$(call pytest,$(V33_PY313),4,$(FAST))
else
	@echo "No Python 3.13 on this machine: not tested with it."
endif

# What runs a whole Airflow has the machine for itself, since its tests time things.
slow: $(V33)/.ready $(V31)/.ready $(V211)/.ready
	$(call pytest,$(V33),0,-m slow tests/airflow_tests)
	$(call pytest,$(V33),4,-m slow --ignore tests/airflow_tests)

# A quarter of an hour; ONLY="killed or frozen" runs a part of it. It says what it saw.
test-cluster: $(V33)/.ready .venvs/cluster/.ready
	$(call pytest,$(V33),0,-s -m cluster tests/cluster $(if $(ONLY),-k "$(ONLY)"))

# If you have an account: CLICKSEND_LIVE_CONNECTION, and CLICKSEND_LIVE_TO for one real text (tests/live/test_live.py).
test-live: $(V33)/.ready
	$(V33)/bin/python -m pytest -v -s -m live tests/live

docs: .venvs/docs/.ready
	.venvs/docs/bin/mkdocs build --strict

screenshots: $(V33)/.ready
	@$(V33)/bin/python -m dev.screenshots

benchmark: .venvs/benchmarks/.ready $(V33)/.ready
	.venvs/benchmarks/bin/python -m benchmarks.send
	.venvs/benchmarks/bin/python -m benchmarks.reliability
	.venvs/benchmarks/bin/python -m benchmarks.waiting
	$(V33)/bin/python -m benchmarks.messages_tab

release-check:
	@$(PYTHON) -m dev.release_check

lock:
	@$(PYTHON) -m dev.lock

clean:
	rm -rf .venvs .coverage .mypy_cache .pytest_cache .ruff_cache .hypothesis dist site
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# An environment: what its lock file pins, and this project editable in it.
.venvs/%/.ready: requirements/%.txt pyproject.toml
	@$(PYTHON) -m dev.setup_venv $*

# Airflow 2.11 does not run on Python 3.13 and newer.
$(V211)/.ready: requirements/airflow-2.11.txt pyproject.toml
	@$(PYTHON) -m dev.setup_venv airflow-2.11 --python ">=3.11,<3.13"

$(V33_PY313)/.ready: requirements/airflow-3.3.txt pyproject.toml
	@$(PYTHON) -m dev.setup_venv $(notdir $(@D)) --lock airflow-3.3 --python $(PYTHON_313)
