# Every target works from a bare clone. make build, demo and install need Go,
# gcc and make; make setup, and the Jupyter part of make test, also python3.

SHELL := /bin/bash
GO ?= go
PYTHON ?= python3
FUZZTIME ?= 10s
GOTESTFLAGS ?=
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
VENV := $(CURDIR)/.venv
GOMEMO := $(CURDIR)/bin/gomemo

# What has goroutines of its own; the rest would only make the race detector slow.
RACE := ./cmd/kernel ./display ./engine/... ./internal/... ./kernel ./memo ./notebook ./persist

.PHONY: all check fmt vet lint test jupyter race golden fuzz conformance subset bench setup build prepare install demo clean

all: build

check: fmt vet lint test

fmt:
	@files=$$(find . -name '*.go' -not -path './.*' | xargs gofmt -l); \
	if [ -n "$$files" ]; then echo "gofmt would change:"; echo "$$files"; exit 1; fi

vet:
	$(GO) vet ./...
	$(GO) mod tidy -diff
	$(GO) fix -diff ./...

lint:
	$(GO) run $(STATICCHECK) ./...

build:
	CGO_ENABLED=0 $(GO) build -trimpath -o $(GOMEMO) ./cmd/kernel

prepare: build
	$(GOMEMO) prepare

install: build
	$(GOMEMO) install

# The engine is prepared before the tests, which then need not wait for each
# other to do it.
test: prepare
	$(GO) test -timeout 20m $(GOTESTFLAGS) ./...
	@if $(MAKE) --no-print-directory setup; then \
		$(MAKE) --no-print-directory jupyter; \
	elif [ -n "$$CI" ]; then \
		echo "make test: the Jupyter part cannot run, and it must in CI" >&2; exit 1; \
	else \
		echo "make test: the Go tests passed; THE JUPYTER PART DID NOT RUN, for the reason above" >&2; \
	fi

# A cold and a warm run of each notebook through nbclient, each in a new kernel
# process, what Python makes of the files, then the black-box tests of the
# protocol. Every call is stored: on a busy machine one that takes about as long
# as those that are not stored could be cheap one time and a miss the next.
jupyter: prepare setup
	VIRTUAL_ENV=$(VENV) $(GOMEMO) install -sys-prefix
	@set -e; cache=$$(mktemp -d); trap 'rm -rf "$$cache"' EXIT; \
	export TMPDIR=$$cache GOMEMO_CACHE=$$cache/calls GOMEMO_MEMO_MIN=0 VIRTUAL_ENV=$(VENV) PATH="$(VENV)/bin:$$PATH"; set -x; \
	for book in quickstart persist; do \
		python testdata/jupyter/run_notebook.py --expect miss notebooks/$$book.ipynb; \
		python testdata/jupyter/run_notebook.py --expect hit --out $$cache/out.ipynb notebooks/$$book.ipynb; \
		$(GOMEMO) run -o $$cache/run.ipynb notebooks/$$book.ipynb >/dev/null; \
		python testdata/jupyter/same_outputs.py $$cache/out.ipynb $$cache/run.ipynb; \
	done; \
	python testdata/jupyter/exchanged.py $$cache/gomemo-persist; \
	python testdata/jupyter/kernel_tests.py

race:
	$(GO) test -race -short -timeout 20m $(GOTESTFLAGS) $(RACE)

# Rewrites the goldens of cells and commands; review the diff.
golden:
	$(GO) test ./interp ./cmd/kernel -update

# Every fuzz target for FUZZTIME. Minimising an input may take at most a
# second, else a target that finds much spends its time on that.
fuzz:
	@set -e; for pkg in $$($(GO) list ./...); do \
		for target in $$($(GO) test -list '^Fuzz' $$pkg | grep '^Fuzz' || true); do \
			echo "$$pkg $$target"; \
			$(GO) test -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 1s $$pkg; \
		done; \
	done

# The programs of Go's own test suite and the examples of its library as
# notebooks, compared with themselves and with what they say: eleven and five
# minutes on two idle cores. The tests run samples.
conformance: prepare
	nice $(GO) test -timeout 4h -run 'TestSuite|Test.*Examples' ./conformance -full -v

# Random cells of the interpreted subset in both tiers, twenty minutes on two
# idle cores. The tests run a thousand, with a new seed each time.
CELLS ?= 100000
subset: prepare
	nice $(GO) test -timeout 4h -run TestDifferential ./interp -cells $(CELLS) -v

# For the figures of a commit: GOBENCHFLAGS='-count 10', and benchstat.
GOBENCHFLAGS ?= -count 1 -benchtime 200ms
bench: prepare
	$(GO) test -run '^$$' -bench . $(GOBENCHFLAGS) ./...
	@if [ -e $(VENV)/ok ]; then \
		VIRTUAL_ENV=$(VENV) $(GOMEMO) install -sys-prefix && \
		PATH="$(VENV)/bin:$$PATH" python testdata/jupyter/bench_kernel.py; \
	else \
		echo "make bench: the kernels were not compared: run make setup first"; \
	fi

setup: $(VENV)/ok

$(VENV)/ok: testdata/jupyter/requirements.txt
	@command -v $(PYTHON) >/dev/null || { \
		echo "make setup: $(PYTHON) was not found; install it (Debian: apt-get install python3-venv)" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' || { \
		echo "make setup: $(PYTHON) cannot make virtual environments (Debian: apt-get install python3-venv)" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check -r $< || { \
		echo "make setup: pip could not install what $< lists" >&2; exit 1; }
	@touch $@

# The quickstart twice with an empty cache directory, and both times.
demo: prepare
	@notebooks/demo.sh $(GOMEMO)

clean:
	rm -rf bin .venv
