# Verbs of the project; .ci/run calls them. They need git, make, Rust and Python >= 3.10.
PYTHON ?= python3
VENV ?= .venv
DIST ?= dist
BIN := $(VENV)/bin
RUST := Cargo.toml Cargo.lock $(shell find rust -name '*.rs' -o -name 'Cargo.toml')
BUILT := $(VENV)/.built

.PHONY: demo test test-all check bench wheel docs clean

demo: $(BUILT)
	@$(BIN)/python docs/examples/demo.py

test: $(BUILT)
	$(BIN)/python -m pytest -m "not slow"

test-all: $(BUILT)
	$(BIN)/python -m pytest
	PROPTEST_CASES=100000 cargo test --release --locked --quiet -p belay-core minify

check: $(BUILT)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	cd python && ../$(BIN)/python -m mypy.stubtest belay._native
	cargo fmt --check
	cargo clippy --all-targets --locked -- -D warnings
	cargo test --locked --quiet

# All of it, and the page; QUICK=1: ours alone against the budgets; ONLY="call or literal": some of it.
OURS := not (0.30.1 or mpremote or mpytool)
bench: $(BUILT)
	@mkdir -p target && rm -rf target/criterion/minify
	$(BIN)/python benches/data/make.py || true
	$(if $(QUICK)$(ONLY),,cargo bench --locked --quiet -p belay-core --bench minify)
	$(BIN)/python -m pytest benches/python --quiet --benchmark-only --benchmark-columns=min,median \
		--benchmark-json=target/bench.json $(if $(QUICK),-k "$(OURS)",$(if $(ONLY),-k "$(ONLY)"))
	$(BIN)/python -m benches.report target/bench.json $(if $(QUICK)$(ONLY),--print)

docs: $(VENV)/.docs
	$(BIN)/python -m sphinx -W --keep-going -n -q -b html docs docs/_build/html
	@echo "docs/_build/html/index.html"

# Not "pip install .[docs]": that would build belay again.
$(VENV)/.docs: pyproject.toml | $(BUILT)
	@$(BIN)/python -c 'import tomli; print(*tomli.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"]["docs"], sep="\n")' | \
		$(BIN)/python -m pip install --quiet --requirement /dev/stdin
	@touch $@

wheel: $(BUILT)
	$(BIN)/maturin build --release --locked --out $(DIST)

$(BUILT): pyproject.toml $(RUST)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || \
		{ echo "error: $(PYTHON) is older than 3.10; run: make PYTHON=python3.11 $(MAKECMDGOALS)" >&2; exit 1; }
	@echo "Making $(VENV) and building: about a minute the first time."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@test -x $(BIN)/maturin || $(BIN)/python -m pip install --quiet 'maturin>=1.9,<2'
	@PIP_QUIET=2 VIRTUAL_ENV=$(abspath $(VENV)) $(BIN)/maturin develop --quiet --release --locked --extras dev
	@touch $@

clean:
	rm -rf $(VENV) target dist docs/_build
