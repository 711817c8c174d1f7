# Every command a developer needs. Each installs what it lacks and is quick the second time.

PYTHON ?= python3
PORT ?= 8501
# Others reach the app only if they are meant to: HOST=0.0.0.0.
HOST ?= 127.0.0.1
# Most tests wait for a server or a browser, so two cores keep three processes busy.
WORKERS ?= 3
VENV := .venv
BIN := $(VENV)/bin
NODE_BIN := node_modules/.bin
# Each process of the tests would compile all files anew.
unexport PYTHONDONTWRITEBYTECODE
APP_STAMP := $(VENV)/.app
DEV_STAMP := $(VENV)/.dev
JS_STAMP := node_modules/.installed
# The tool that writes the lock files stays out of the environment that it describes.
LOCK_VENV := $(VENV)/lock
UV_VERSION := 0.13.9
# Python compiles what is used; pip would compile all.
PIP_INSTALL := -m pip install --quiet --disable-pip-version-check --no-compile
PYTEST := $(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup

# All is fetched at once; then the checks run beside the tests, which leave a quarter of the cores
# idle. One failure fails all.
.PHONY: test
test:
	@$(MAKE) --no-print-directory --jobs=4 --output-sync=target \
		$(DEV_STAMP) $(JS_STAMP) browser firefox webkit nginx postgresql
	@$(MAKE) --no-print-directory --jobs=2 --output-sync=target run-tests check test-js test-postgresql

.PHONY: run-tests
run-tests: $(DEV_STAMP)
	+$(PYTEST) # the plus sign shows its dots at once

# The rules that stand on SQL once more, on PostgreSQL; those with a test for both run above. All of
# tests/integration/studio: make test-postgresql ON_POSTGRESQL=tests/integration/studio
ON_POSTGRESQL := $(patsubst %,tests/integration/studio/test_%.py,administration brought_in \
	chain_runs change_maps drafts edit_chain gallery_query kept_versions lineage prompt_history \
	repeated_presses spending task_import task_repository trash worker worker_unconfirmed)
.PHONY: test-postgresql
test-postgresql: $(DEV_STAMP) postgresql
	KONTEXT_TEST_DATABASE=postgresql $(BIN)/python -m pytest $(ON_POSTGRESQL)

.PHONY: test-fast
test-fast: test-js $(DEV_STAMP) postgresql
	$(PYTEST) tests/unit tests/integration

# Node 20 has no globs of its own, and without a file it would pass on no test.
.PHONY: test-js
test-js:
	@files=$$(find components/ui -name '*.test.js' | sort); \
	test -n "$$files" || { echo "No *.test.js below components/ui" >&2; exit 1; }; \
	node --test --test-reporter=spec $$files

.PHONY: run
run: $(APP_STAMP)
	@echo "Kontext Studio opens at http://$(if $(filter 127.0.0.1 0.0.0.0,$(HOST)),localhost,$(HOST)):$(PORT)  (Ctrl-C ends it)"
	@$(BIN)/streamlit run app.py --server.address $(HOST) --server.port $(PORT)

.PHONY: check
check: check-python check-scripts check-delivery

.PHONY: check-python
check-python: $(DEV_STAMP)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

.PHONY: check-scripts
check-scripts: $(JS_STAMP)
	$(NODE_BIN)/eslint components/ui
	$(NODE_BIN)/tsc -p jsconfig.json --noEmit

.PHONY: check-delivery
check-delivery: $(DEV_STAMP)
	$(BIN)/hadolint --failure-threshold info Dockerfile
	$(BIN)/compose-lint --quiet compose.yaml compose.scale.yaml

# The image, named for its version; compose.yaml takes it as "local".
.PHONY: image
image:
	docker build --build-arg VERSION=$(VERSION) --tag kontext-studio:$(VERSION) --tag kontext-studio:local .
VERSION = $(shell sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml)

# For example: make bench BENCH="--only startup --quick"
.PHONY: bench
bench: $(DEV_STAMP) browser
	$(BIN)/python -m tests.bench $(BENCH)

.PHONY: chaos
chaos: $(DEV_STAMP) postgresql
	$(BIN)/python -m tests.chaos.run --tasks 200 --kills 20
	$(BIN)/python -m tests.chaos.replicas --tasks 200 --troubles 20

.PHONY: shots
shots: $(DEV_STAMP) browser
	$(BIN)/python -m tests.browser.shots

.PHONY: readme-pictures
readme-pictures: $(DEV_STAMP) browser
	$(BIN)/python -m tests.browser.shots --readme

# All is resolved together; of that the app's lock is a part, so tests run on exactly its versions.
.PHONY: lock
lock: $(LOCK_VENV)/.uv-$(UV_VERSION)
	$(LOCK_VENV)/bin/uv pip compile $(LOCK_OPTIONS) --upgrade \
		--output-file requirements-dev.lock requirements-dev.txt
	$(LOCK_VENV)/bin/uv pip compile $(LOCK_OPTIONS) --upgrade --constraint requirements-dev.lock \
		--output-file requirements.lock requirements.txt
LOCK_OPTIONS := --quiet --universal --python-version 3.11 --generate-hashes \
	--custom-compile-command "make lock" --no-emit-index-url --no-emit-find-links

.PHONY: format
format: $(DEV_STAMP)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(APP_STAMP): requirements.lock | $(BIN)/python
	$(BIN)/python $(PIP_INSTALL) --require-hashes -r requirements.lock
	touch $@

$(DEV_STAMP): requirements-dev.lock $(APP_STAMP)
	$(BIN)/python $(PIP_INSTALL) --require-hashes -r requirements-dev.lock
	touch $@

$(JS_STAMP): package-lock.json
	npm ci --silent --no-audit --no-fund
	touch $@

$(LOCK_VENV)/.uv-$(UV_VERSION):
	test -x $(LOCK_VENV)/bin/python || $(PYTHON) -m venv $(LOCK_VENV)
	$(LOCK_VENV)/bin/python $(PIP_INSTALL) uv==$(UV_VERSION)
	touch $@

# apt lets nobody else in while it works.
ALONE := $(if $(shell command -v flock),flock $(VENV))

# The tests drive Debian's Chromium where there is one, and Playwright's own elsewhere.
.PHONY: browser
browser: $(DEV_STAMP)
	@command -v chromium-headless-shell >/dev/null || command -v chromium >/dev/null \
		|| command -v chromium-browser >/dev/null || $(ALONE) $(MAKE) --no-print-directory install-browser

.PHONY: install-browser
install-browser:
	@if command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; then \
		apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium-headless-shell fonts-noto-color-emoji; \
	elif command -v apt-get >/dev/null && command -v sudo >/dev/null; then \
		sudo apt-get update -qq && sudo apt-get install -y -qq --no-install-recommends chromium-headless-shell fonts-noto-color-emoji; \
	else $(BIN)/playwright install chromium; fi

# One journey is made in Firefox, too.
.PHONY: firefox
firefox: | $(BIN)/python
	@command -v firefox-esr >/dev/null || command -v firefox >/dev/null \
		|| $(ALONE) $(MAKE) --no-print-directory install-firefox

.PHONY: install-firefox
install-firefox:
	@command -v apt-get >/dev/null || { echo "Install Firefox first: the tests run it." >&2; exit 1; }; \
	as_root=$$(test "$$(id -u)" = 0 || echo sudo); \
	$$as_root apt-get update -qq && $$as_root apt-get install -y -qq --no-install-recommends firefox-esr

# And one in WebKit, the engine of Safari, which needs a screen: Xvfb draws it in memory.
.PHONY: webkit
webkit: | $(BIN)/python
	@{ command -v WebKitWebDriver && command -v Xvfb; } >/dev/null \
		|| $(ALONE) $(MAKE) --no-print-directory install-webkit

.PHONY: install-webkit
install-webkit:
	@command -v apt-get >/dev/null || { echo "Install WebKitGTK's driver and Xvfb first: the tests run them." >&2; exit 1; }; \
	as_root=$$(test "$$(id -u)" = 0 || echo sudo); \
	$$as_root apt-get update -qq && $$as_root apt-get install -y -qq --no-install-recommends webkit2gtk-driver xvfb

# The tests run the nginx example of docs/operations.md. It is unpacked and not installed, as
# Debian starts an installed one on port 80.
.PHONY: nginx
nginx: | $(BIN)/python
	@command -v nginx >/dev/null || test -x /usr/sbin/nginx || test -x $(VENV)/nginx/usr/sbin/nginx \
		|| $(ALONE) $(MAKE) --no-print-directory install-nginx

.PHONY: install-nginx
install-nginx:
	@if [ "$$(id -u)" = 0 ]; then apt-get update -qq; \
	elif command -v sudo >/dev/null && command -v apt-get >/dev/null; then sudo apt-get update -qq; fi; \
	command -v apt-get >/dev/null || { echo "Install nginx first: the tests run it." >&2; exit 1; }; \
	cd $(VENV) && apt-get download -qq nginx && dpkg -x nginx_*.deb nginx && rm nginx_*.deb

# The tests make the tables on PostgreSQL, too. It is unpacked and not installed, as nginx is; with
# it come the libraries that it needs and the system lacks, but not its large compiler.
.PHONY: postgresql
postgresql: | $(BIN)/python
	@test -n "$$(ls -d /usr/lib/postgresql/*/bin/initdb $(POSTGRESQL)/usr/lib/postgresql/*/bin/initdb 2>/dev/null)" \
		|| $(ALONE) $(MAKE) --no-print-directory install-postgresql
POSTGRESQL := $(VENV)/postgresql

.PHONY: install-postgresql
install-postgresql:
	@if [ "$$(id -u)" = 0 ]; then apt-get update -qq; \
	elif command -v sudo >/dev/null && command -v apt-get >/dev/null; then sudo apt-get update -qq; fi; \
	command -v apt-get >/dev/null || { echo "Install PostgreSQL first: the tests run it." >&2; exit 1; }; \
	mkdir -p $(POSTGRESQL)/packages/partial && cd $(POSTGRESQL) \
	&& apt-get install -qq --yes --download-only --no-install-recommends \
		-o Dir::Cache::archives="$$PWD/packages" -o Debug::NoLocking=1 postgresql >/dev/null \
	&& rm -f packages/libllvm* packages/libclang* \
	&& for package in packages/*.deb; do dpkg -x "$$package" . || exit 1; done && rm -r packages

.PHONY: clean
clean:
	rm -rf $(VENV) node_modules .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
