# `make run` and `make test` need Python 3.11 or later and make, nothing else.
PYTHON ?= python3
PORT ?= 8000
SANDBOX_PORT = $(shell expr $(PORT) + 1)
BIN = .venv/bin

export SHOP_BASE_URL ?= http://127.0.0.1:$(PORT)
export SHOP_STRIPE_API_BASE ?= http://127.0.0.1:$(SANDBOX_PORT)
export SHOP_DATA_DIR ?= var
export SHOP_STRIPE_WEBHOOK_SECRET ?= whsec_keystall_development_only_0000000000

# A shop is several processes, and its tests start hundreds: what one has compiled, all have.
export PYTHONDONTWRITEBYTECODE =

.PHONY: run install test lint bench clean

run: install
	@$(BIN)/shop run --demo --port $(PORT) --beside "$(BIN)/stripe-sandbox --port $(SANDBOX_PORT) \
	  --data $(SHOP_DATA_DIR) --webhook-url $(SHOP_BASE_URL)/api/webhook \
	  --webhook-secret $(SHOP_STRIPE_WEBHOOK_SECRET)"

install: .venv/installed

.venv/installed: requirements/runtime.txt requirements/installer.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Keystall needs Python 3.11 or later; say which: make run PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/installer.txt
	$(BIN)/uv pip install --quiet --python $(BIN)/python --compile-bytecode --require-hashes \
	  -r requirements/runtime.txt
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

.venv/installed-dev: .venv/installed requirements/dev.txt
	$(BIN)/uv pip install --quiet --python $(BIN)/python --compile-bytecode --require-hashes \
	  -r requirements/dev.txt
	@touch $@

test: .venv/installed-dev
	@sh tests/install-servers.sh
	$(BIN)/pytest -n 2 --dist loadfile

lint: .venv/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint --lint --quiet shop stripe_sandbox

bench: .venv/installed-dev
	$(BIN)/python -m benchmarks

lock:
	cd requirements && for name in installer runtime s3 dev; do \
	  ../$(BIN)/uv pip compile --quiet --generate-hashes --universal --python-version 3.11 \
	    --no-header $$name.in -o $$name.txt; done

clean:
	rm -rf .venv var
