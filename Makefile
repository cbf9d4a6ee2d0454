# `make demo` shows what this does, `make up` lets you try it, `make check` is for while you work, `make test` runs everything.
# All of them install what they need into .venvs first. Needed: Python 3.11+, git, make.

PYTHON ?= python3
# Airflow starts several seconds faster when Python may keep its compiled modules.
unexport PYTHONDONTWRITEBYTECODE

AIRFLOW_33 := .venvs/airflow-3.3
AIRFLOW_31 := .venvs/airflow-3.1
AIRFLOW_211 := .venvs/airflow-2.11

.DEFAULT_GOAL := help
.PHONY: help demo up check test docs lock clean

help:
	@echo "make demo    text, receipt, reply and branch on a real Airflow, told as a story (needs no account)"
	@echo "make up      the same, and stays up: Airflow page and sandbox page to try things in"
	@echo "make check   lint, types and the fast tests, on Airflow 3.3"
	@echo "make test    every test, on Airflow 2.11, 3.1 and 3.3, and the docs"
	@echo "make docs    the documentation into site/"
	@echo "make lock    resolve requirements/*.txt again"
	@echo "make clean   remove .venvs and what the tools left"

demo: $(AIRFLOW_33)/.ready
	@$(AIRFLOW_33)/bin/python -m dev.demo

up: $(AIRFLOW_33)/.ready
	@$(AIRFLOW_33)/bin/python -m dev.demo --stay

# One environment: its lock file, and this project editable in it.
.venvs/%/.ready: requirements/%.txt pyproject.toml
	@$(PYTHON) dev/setup_venv.py $*
