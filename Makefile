# 巡り Meguri: `make demo` shows it, `make test` tries it, `make prove` proves its books.

PACKAGES := federation tenants settlement auth deploy
WORKERS  ?= 2
PYTHONS  := python3.13 python3.12 python3.11 python3 /usr/bin/python3
BIN      := .venv/bin
PIP      := $(BIN)/python -m pip install -qq --disable-pip-version-check --no-compile
UV       := $(BIN)/uv pip install --quiet --python $(BIN)/python
HASHED   := --require-hashes --only-binary :all: --no-deps

# What the runner of the migrations sees to; and days, parts, codes and HTTP statuses stay small.
SQUAWK   := $(BIN)/squawk --assume-in-transaction --pg-version 18.0 \
	--exclude require-lock-timeout,require-statement-timeout,prefer-bigint-over-int,prefer-bigint-over-smallint

# A stamp carries its lock's sum, and the place of the checkout, from which a venv cannot be moved.
stamp = .venv/$(1)-$(shell (pwd; cat requirements.lock $(2)) | cksum | tr ' ' -)
RUN  := $(call stamp,run)
DEV  := $(call stamp,dev,requirements-dev.lock)
DEMO := $(call stamp,demo,requirements-demo.lock)

say  = printf '%s\n' $(1) >&2
stop = { $(call say,$(1)); exit 1; }
# uv takes 2 s where pip takes 30; an index that only pip's own settings know is left to pip.
install = $(UV) $(1) 2>/dev/null || $(PIP) $(1)

# Where it is set, each process compiles every module anew: seconds, at each start.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo test prove storm mutants shots bench steady check lock clean

help:  ## この一覧 · this list
	@sed -n 's/^\([a-z]*\):.*## /make \1\t/p' $(MAKEFILE_LIST) | expand -t 14

demo: $(DEMO)  ## 架空の商業施設を動かす · run a mall on this machine [PORT=8000 ARGS="--once"]
	@PORT=$(PORT) $(BIN)/meguri demo $(ARGS)

test: $(DEV) $(DEMO)  ## 長いもの以外のすべての試験 · every test but the long ones [WORKERS=2 ARGS="-k lapsed"]
	@$(BIN)/pytest -m "not long" --numprocesses=$(WORKERS) --dist=worksteal $(ARGS)

prove: $(DEV) $(DEMO)  ## 長い証明（四十分まで） · the long proofs, in forty minutes [MALLS=300 OPERATIONS=30000 FAULTS=165 REQUESTS=10000 CYCLES=300 MUTANTS=100 MINUTES=3 SEED=11]
	@$(BIN)/python -m tests.prove

storm: $(DEV) $(DEMO)  ## 障害の嵐のあとの監査（八分） · kill everything under load, then audit [ARGS="--seed 7"]
	@$(BIN)/python -m tests.storm $(ARGS)

mutants: $(DEV) $(DEMO)  ## 誤りを植えて試験が赤くなるか · plant bugs: does the suite turn red? [ARGS=hold]
	@$(BIN)/python -m tests.mutants.plant $(ARGS)

shots: $(DEV)  ## すべての画面の写真（build/shots） · a picture of every page, both languages, light and dark
	@rm -rf build/shots
	@MEGURI_SHOTS=$(CURDIR)/build/shots $(BIN)/pytest -q tests/pages/test_sweep.py \
		tests/pages/test_till_screens.py $(ARGS)

bench: $(DEV) $(DEMO)  ## 性能を比で測る（二十分） · ratios measured side by side [ARGS="--quick|--full"]
	@$(BIN)/python -m bench $(ARGS)

steady: $(DEV) $(DEMO)  ## 一定の負荷と過負荷 · a steady pace, then too many [ARGS="--hour"]
	@$(BIN)/python -m bench.steady $(ARGS)

check: $(DEV)  ## 書式・型・層・移行 · format, lint, types, layers, migrations
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy $(PACKAGES) bench
	$(BIN)/lint-imports --no-logo
	$(SQUAWK) deploy/migrations/*.sql
	$(BIN)/bandit --quiet --configfile pyproject.toml --recursive $(PACKAGES)
	$(BIN)/python -m tests.supply

lock: export UV_PYTHON_DOWNLOADS = never
lock: PIN = $(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 \
	--generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links
lock: $(RUN)  ## 依存を固定し直す · pin the newest dependencies
	$(PIN) pyproject.toml --group build -o requirements.lock
	$(PIN) pyproject.toml --group dev -c requirements.lock -o requirements-dev.lock
	$(PIN) --no-deps --group demo -o requirements-demo.lock
	! grep -n '://' requirements*.lock

clean:  ## 作ったものを消す（帳簿 .meguri は残す） · remove what was built, but not .meguri
	rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A python on the PATH may still not run (pyenv leaves such), so each is tried.
$(RUN):
	@[ "$$(uname)" != Linux ] || for tool in unshare setpriv; do \
		command -v $$tool >/dev/null || $(call stop, \
			"$$tool がありません。apt-get install util-linux で入れてください。" \
			"$$tool is missing: apt-get install util-linux"); \
	done
	@for python in $(PYTHONS); do \
		$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && found=$$python && \
		$$python -c 'import venv, ensurepip' 2>/dev/null && break; python=; \
	done; \
	[ "$$found" ] || $(call stop, \
		"Python 3.11 以上がありません。apt-get install python3 python3-venv で入れてください。" \
		"There is no Python 3.11 or newer: apt-get install python3 python3-venv"); \
	[ "$$python" ] || $(call stop, \
		"$$found に venv がありません。apt-get install python3-venv で入れてください。" \
		"$$found has no venv: apt-get install python3-venv"); \
	$(call say,"▸ .venv を作ります · making .venv with $$($$python --version)"); \
	$$python -m venv --clear .venv
	@$(call say,"▸ 依存を入れます · installing the dependencies")
	@sed -n '/^uv==/,/[^\\]$$/p' requirements.lock > .venv/uv.lock && $(PIP) $(HASHED) -r .venv/uv.lock
	@$(call install,$(HASHED) -r requirements.lock)
	@$(call install,--no-deps --no-build-isolation -e .)
	@touch $@

$(DEV): $(RUN)
	@$(call say,"▸ 試験の道具を入れます · installing what the tests need")
	@$(call install,$(HASHED) -r requirements-dev.lock)
	@touch $@

$(DEMO): $(RUN)
	@$(call say,"▸ デモの購買データを入れます · installing the receipts of the demo")
	@$(call install,$(HASHED) -r requirements-demo.lock)
	@touch $@
