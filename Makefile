# Everything runs in an environment of its own, .venv; nothing is installed into the system.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
BENCH := .venv-bench
# durable_rules calls a C function that Python 3.13 removed; the new name is passed at compile time and harms no older Python.
export CPPFLAGS += -DPyEval_CallObject=PyObject_CallObject
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: setup demo test lint bench clean

setup: $(VENV)/.ready

$(VENV)/.ready: setup.cfg pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --editable '.[test]'
	touch $@

demo: setup
	$(BIN)/school-risk run --rules rules --data sample_data --date 2026-09-03 --out out

test: setup
	$(BIN)/ruff check .
	$(BIN)/python -m pytest -n 2 --dist loadfile

bench: $(BENCH)/.ready
	$(BENCH)/bin/python -m benchmarks

# The rivals of the benchmarks have an environment of their own: the product does not need them.
$(BENCH)/.ready: setup.cfg pyproject.toml
	$(PYTHON) -m venv $(BENCH)
	$(BENCH)/bin/pip install --quiet --editable '.[bench]'
	touch $@

clean:
	rm -rf $(VENV) $(BENCH) out build *.egg-info
