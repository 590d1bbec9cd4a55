# make demo    normalise the examples with the embedded table; then annotate, resolve and undo
# make test    the tests, in a virtual environment of their own
# make lint    ruff and mypy --strict
# make check   all three
# make bench   canonym beside other tools, on a generated corpus; BENCH="--corpus news.jsonl --mb 44" gives options

PYTHON ?= python3
VENV   ?= .venv
# What is installed beside the package itself; with EXTRAS=test,spark,datatrove their tests run too.
EXTRAS ?= test
BIN    := $(VENV)/bin
STAMP  := $(VENV)/installed-$(EXTRAS)
OUT    := demo-out
BENCH  ?=

.PHONY: demo test lint check bench clean

# Reinstalled only when the packaging changed: the install is editable, so code is always the newest.
$(STAMP): pyproject.toml hatch_build.py $(wildcard src/native/*)
	@$(PYTHON) -c 'import sys; sys.exit("canonym needs Python 3.11 or newer; set PYTHON=... (this is %s)" % sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[$(EXTRAS)]'
	touch $@

demo: $(STAMP)
	rm -rf $(OUT)
	@echo; echo "== What changes, why and how often (canonym normalise)"
	$(BIN)/canonym normalise examples/articles --output $(OUT)/articles --edits $(OUT)/edits.jsonl
	@echo; echo "== The same as a diff, for one article (--dry-run)"
	$(BIN)/canonym normalise examples/articles/2-northern-roads.txt --dry-run
	@echo; echo "== Mentions of the JSON lines (canonym annotate)"
	$(BIN)/canonym annotate examples/articles.jsonl --output $(OUT)/annotated.jsonl
	@echo; echo "== A column of damaged names (canonym resolve)"
	$(BIN)/canonym resolve --column place examples/places.csv --output $(OUT)/places.csv
	$(BIN)/canonym resolve Kandahr "Pul-i-Khumri" Shiberghan
	@echo; echo "== Back to the bytes of the input (canonym undo)"
	$(BIN)/canonym undo $(OUT)/articles --edits $(OUT)/edits.jsonl --output $(OUT)/undone
	diff -r examples/articles $(OUT)/undone && echo "Every byte is back."

test: $(STAMP)
	$(BIN)/python -m pytest -q -n auto --dist loadfile  # what a file prepares, a Spark cluster say, is prepared once

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --strict

check: lint test demo

bench: $(STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[bench]'
	$(BIN)/python -m benchmarks $(BENCH)

clean:
	rm -rf $(VENV) $(OUT) bench-out build dist
