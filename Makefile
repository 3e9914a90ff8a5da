# Every target sets up what it needs; a fresh clone needs Python 3.11 to 3.13 and make, nothing else.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin

# One thread per process: several kernels run at once, and BLAS threads only fight over the cores.
export OPENBLAS_NUM_THREADS ?= 1
export OMP_NUM_THREADS ?= 1
export MPLBACKEND ?= agg

# Kernels start in half the time where compiled modules may be kept.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help book test test-everywhere check run status bench serve live lock canary audit archive reference clean

help: ## show the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

book: $(VENV)/ready ## set up, run what is stale, build _build/html/index.html
	@$(BIN)/evidence build

test: $(VENV)/ready ## set up, run all tests, nbval over every page included; ARGS="style types" runs some
	@$(BIN)/python -m tests $(ARGS)

test-everywhere: $(VENV)/ready ## all pages under the arithmetic of other processors (20 minutes)
	@$(BIN)/python -m pytest --quiet -m everywhere tests
	@EVIDENCE_FUZZ=10000 $(BIN)/python -m pytest --quiet tests/evidence/test_mutations.py
	@EVIDENCE_EVERY_COMBINATION=1 $(BIN)/python -m pytest --quiet tests/evidence_book/test_switch.py

check: $(VENV)/ready ## check data, notebooks and prose; no kernel
	@$(BIN)/evidence check

run: $(VENV)/ready ## execute stale pages in place
	@$(BIN)/evidence run

status: $(VENV)/ready ## which pages are fresh, and why others are not
	@$(BIN)/evidence status

bench: $(VENV)/ready ## measure everything beside other tools into benchmarks/README.md (an hour)
	@$(BIN)/python -m benchmarks

serve: book ## build, then serve the book on this machine (it also opens from file://)
	@$(BIN)/python -m http.server --directory _build/html --bind 127.0.0.1 8000

live: book ## build, then the book with its parameters in the browser, and edits at once
	@$(BIN)/evidence live

lock: $(VENV)/ready ## resolve the dependencies again into requirements.lock
	@$(BIN)/uv pip compile pyproject.toml --extra test --extra cluster --extra supply --universal --python-version 3.11 --upgrade \
	  --generate-hashes --no-annotate --no-header --no-emit-index-url --no-emit-find-links --quiet \
	  --output-file requirements.lock

canary: $(VENV)/ready ## put the newest libraries that pyproject.toml allows into the environment
	@VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet --upgrade --editable '.[test,cluster,supply]'

audit: $(VENV)/ready ## audit our code, known vulnerabilities (where a network answers), licences
	@$(BIN)/python bin/audit-dependencies

archive: book ## build, then write dist/evidence-book-VERSION.zip and its checksum
	@$(BIN)/evidence archive "$$(sed -n 's/^version: *//p' CITATION.cff)"

reference: $(VENV)/ready ## compute the pinned R reference values again (needs R, see tests/reference/README.md)
	@Rscript tests/reference/make_reference.R

clean: ## remove the environment and everything built
	rm -rf $(VENV) _build dist

$(VENV)/ready: requirements.lock pyproject.toml bin/setup-environment
	@bin/setup-environment "$(PYTHON)" $(VENV)
