# make app | test | test-fast | test-long | test-gpu | notebook | notebooks | slides | student | instructor | results | architecture | bench | lock | lint | types. Everything lives in .venv; nothing else is touched.

VENV ?= .venv
# The newest that runs: a name on the path may be a shim of a version manager with nothing behind it.
PYTHON := $(shell for p in python3.12 python3.11 python3.10 python3 python; do \
  "$$p" -c 'import sys; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 12))' >/dev/null 2>&1 && { echo $$p; break; }; done)
RUN := $(VENV)/bin/python

# Images for containers often forbid Python to keep what it compiled. Then each process compiles torch and gradio anew, for five seconds.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: app test test-fast test-long test-gpu notebook notebooks slides student instructor results architecture bench lock lint types clean

app: $(VENV)/.app
	$(RUN) app.py

# Processes that share the tests out, file by file and those of the app first, since servers take long to start; more of them want as many gigabytes and cores.
WORKERS ?= 2
SHARED := -n $(WORKERS) --dist loadgroup --no-loadscope-reorder

test: $(VENV)/.test
	$(RUN) -m pytest -q $(SHARED)

# The methods, the data, what all methods keep and how the repository is laid out, but for what takes seconds: 40 s on two cores.
test-fast: $(VENV)/.test
	$(RUN) -m pytest -q $(SHARED) -m "not patient and not slow and not long" tests/contract tests/methods tests/data tests/repository

test-long: $(VENV)/.test
	$(RUN) -m pytest -q $(SHARED) -m "long or not long"

# What only a GPU can show: that a captured step learns what an eager one does.
test-gpu: $(VENV)/.test
	$(RUN) -m pytest -q -m gpu

notebook: $(VENV)/.app
	$(VENV)/bin/jupyter lab --LabApp.default_url=/lab/tree/notebooks/00_gans_in_ten_minutes.ipynb

notebooks: $(VENV)/.app
	@set -e; for n in notebooks/*.ipynb; do [ -e "$$n" ] || continue; \
	  env -u I2I_DATA $(VENV)/bin/jupyter execute --inplace "$$n"; done

# Copies of the notebooks for a lecture, in exports/: see docs/teaching.md.
slides: $(VENV)/.app
	$(RUN) tools/teaching.py slides

student: $(VENV)/.app
	$(RUN) tools/teaching.py student

instructor: $(VENV)/.app
	$(RUN) tools/teaching.py instructor

# What docs/ holds that is made: the tables of results.md, the picture of architecture.md.
results: $(VENV)/.app
	$(RUN) tools/results.py

architecture: $(VENV)/.test
	$(RUN) tools/architecture.py

bench: $(VENV)/.app
	$(RUN) -m i2i bench

# Which versions are installed: the newest that requirements.txt allows, for all systems, with hashes; and their licences.
lock: $(VENV)/.app
	$(VENV)/bin/uv pip compile requirements.txt --upgrade --universal --python-version 3.10 --generate-hashes --no-annotate --no-header -q -o requirements.lock
	@touch $(VENV)/.app
	$(RUN) tools/licences.py

lint: $(VENV)/.test
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/pyright --pythonpath $(RUN)

types: $(VENV)/.test
	$(VENV)/bin/pyright --pythonpath $(RUN)

clean:
	rm -rf $(VENV) .pytest_cache .ruff_cache

$(VENV)/bin/uv:
	@[ -n "$(PYTHON)" ] || { echo "i2i needs Python 3.10, 3.11 or 3.12; none was found on the path (python3 is $$(python3 -V 2>&1 || echo missing))."; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(RUN) -m pip install -q --disable-pip-version-check uv

$(VENV)/.app: requirements.lock | $(VENV)/bin/uv
	@echo "Installing into $(VENV): about 5 GB (the CUDA build of torch runs on CPU too); under a minute from a near"
	@echo "package index, several over a home line. This happens once."
	$(VENV)/bin/uv pip install -q --python $(RUN) --require-hashes -r requirements.lock
	@touch $@

$(VENV)/.test: requirements-dev.txt $(VENV)/.app
	$(VENV)/bin/uv pip install -q --python $(RUN) -r requirements-dev.txt
	@touch $@
