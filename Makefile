# Every command a developer needs. Each installs what it lacks and is quick the second time.

PYTHON ?= python3
PORT ?= 8501
VENV := .venv
BIN := $(VENV)/bin
APP_STAMP := $(VENV)/.app
DEV_STAMP := $(VENV)/.dev
JS_STAMP := node_modules/.installed

.PHONY: test run check bench drill format clean

test: check $(DEV_STAMP) browser
	$(BIN)/python -m pytest

run: $(APP_STAMP)
	@echo "Kontext Studio opens at http://localhost:$(PORT)  (Ctrl-C ends it)"
	@$(BIN)/streamlit run app.py --server.port $(PORT)

check: $(DEV_STAMP) $(JS_STAMP)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	node_modules/.bin/eslint components/ui

bench: $(DEV_STAMP) browser
	$(BIN)/python -m tests.bench

drill: $(DEV_STAMP)
	$(BIN)/python -m tests.chaos.run --tasks 200 --kills 20

format: $(DEV_STAMP)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

$(APP_STAMP): requirements.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	touch $@

$(DEV_STAMP): requirements-dev.txt $(APP_STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	touch $@

$(JS_STAMP): package-lock.json
	npm ci --silent --no-audit --no-fund
	touch $@

# The tests drive Debian's Chromium where there is one, and Playwright's own elsewhere.
.PHONY: browser
browser: $(DEV_STAMP)
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || $(MAKE) --no-print-directory install-browser

.PHONY: install-browser
install-browser:
	@if command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; then \
		apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-noto-color-emoji; \
	elif command -v apt-get >/dev/null && command -v sudo >/dev/null; then \
		sudo apt-get update -qq && sudo apt-get install -y -qq --no-install-recommends chromium fonts-noto-color-emoji; \
	else $(BIN)/playwright install chromium; fi

clean:
	rm -rf $(VENV) node_modules .pytest_cache .mypy_cache .ruff_cache .hypothesis
