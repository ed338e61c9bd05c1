# Two commands do everything: `make reports` and `make test`. Each sets up .venv by itself first.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed
# One thread for linear algebra: reports already run side by side, one process to a core.
export OPENBLAS_NUM_THREADS ?= 1
export OMP_NUM_THREADS ?= 1

.PHONY: help reports test lab guide grade bench lock clean
.DEFAULT_GOAL := help

help:  ## show this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

reports: $(STAMP)  ## set up and write the site: reports/index.html
	@$(BIN)/whatworks reports

test: $(STAMP)  ## set up and run the whole test suite
	@sh tests/run.sh $(BIN)

lab: $(STAMP)  ## set up and open JupyterLab at the start notebook
	@$(BIN)/jupyter lab notebooks/00_start.ipynb

guide: $(STAMP)  ## set up and write the documentation site: .guide/index.html
	@$(BIN)/python -m sphinx -q -W --keep-going -D desk_show=1 -b html notebooks/guide .guide && echo "Open .guide/index.html"

grade: $(STAMP)  ## hold estimators, checks and validation to the grading contract (three quarters of an hour)
	@$(BIN)/python benchmarks/grade.py --seeds 200 --scenarios

bench: .venv-bench/.installed  ## our speed beside the peers', in an environment of its own
	@for script in $(filter-out benchmarks/grade%.py,$(wildcard benchmarks/*.py)); do echo "== $$script"; PYTHONPATH=src .venv-bench/bin/python $$script || exit 1; done

lock: $(STAMP)  ## solve again: requirements.lock and environment.yml from pyproject.toml
	@$(BIN)/python tests/setup/lock.py --upgrade

clean:  ## forget the environment and the generated site
	rm -rf $(VENV) .venv-bench .guide .reports-* && find reports -mindepth 1 ! -name .gitignore -delete

# uv is quick; pip is always there. Both check every hash. Bytecode is written now, so that no kernel compiles later.
# Municipal networks often have certificates of their own: uv is told to trust what the machine trusts.
PIP := env -u PYTHONDONTWRITEBYTECODE $(BIN)/python -m pip install --quiet --disable-pip-version-check
UV  := env UV_SYSTEM_CERTS=true $(BIN)/uv pip install --quiet --python $(BIN)/python

$(STAMP): requirements.lock pyproject.toml
	@echo "Setting up $(VENV) (once; about half a minute)"
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed; this is " + sys.version.split()[0]) if sys.version_info < (3, 11) else None'
	@$(PYTHON) -m venv --clear $(VENV)
	@sed -n '/^uv==/,/[^\\]$$/p' requirements.lock > $(VENV)/uv.txt
	@{ $(PIP) --require-hashes -r $(VENV)/uv.txt && $(UV) --require-hashes --compile-bytecode -r requirements.lock; } 2> $(VENV)/uv.log \
	  || { echo "uv could not be used here ($(VENV)/uv.log says why); installing with pip"; $(PIP) --require-hashes -r requirements.lock; }
	@$(PIP) --no-deps --no-build-isolation --editable .
	@env -u PYTHONDONTWRITEBYTECODE $(BIN)/python -m compileall -q src
	@touch $(STAMP)

.venv-bench/.installed: benchmarks/requirements.lock $(STAMP)
	@echo "Setting up .venv-bench (the peers; once)"
	@$(PYTHON) -m venv --clear .venv-bench
	@env UV_SYSTEM_CERTS=true $(BIN)/uv pip install --quiet --python .venv-bench/bin/python --require-hashes -r benchmarks/requirements.lock \
	  || .venv-bench/bin/python -m pip install --quiet --require-hashes -r benchmarks/requirements.lock
	@touch $@
