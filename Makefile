# Two commands are enough: `make run` and `make test`. `make help` names the others.

WORKERS ?= auto
ARGS ?=

PY := .venv/bin/python
CHECKS := check-format check-lint check-types check-templates check-django check-migrations check-translations
SOURCES := plan_tracker departments tasks
VENDOR := plan_tracker/static/vendor
ASSETS := requirements/assets

.DEFAULT_GOAL := help
.PHONY: help run demo test check lock vendor messages bench screenshots dev $(CHECKS)

help: ## name the targets (this text)
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile
	@echo "PYTHON names the interpreter that .venv is made with; DATABASE_URL the database."

run: ## install, migrate, load the plan, create the first accounts, serve (HOST, PORT)
	@.ci/serve

demo: ## the same with made-up data, in a database and on a port of its own (HOST, PORT; 8001)
	@.ci/serve demo

test: dev ## the whole test suite, in parallel (ARGS goes to pytest, WORKERS is their number)
	$(PY) -m pytest -n $(WORKERS) --dist worksteal $(ARGS)

check: dev ## format, lint, types, templates, Django's checks, migrations, translations
	@$(MAKE) --keep-going --no-print-directory $(CHECKS)

check-format: dev
	$(PY) -m ruff format --check .

check-lint: dev
	$(PY) -m ruff check .

check-types: dev
	$(PY) -m mypy $(SOURCES)

# Not djlint's --check: it breaks lines inside sentences, and a line break is a visible space between Chinese words.
check-templates: dev
	$(PY) -m djlint templates --lint --quiet

check-django: dev
	DATABASE_URL=sqlite://:memory: $(PY) manage.py check --fail-level WARNING

check-migrations: dev
	DATABASE_URL=sqlite://:memory: $(PY) manage.py makemigrations --check --dry-run

check-translations: dev
	$(PY) .ci/messages.py check

messages: dev ## collect the texts to translate and compile the catalogue
	$(PY) .ci/messages.py update

bench: dev ## measure the pages and the workbook on a large ledger
	$(PY) -m tests.benchmarks $(ARGS)

screenshots: dev ## take the pictures of the pages
	$(PY) -m tests.screenshots $(ARGS)

# What is locked stays as it is unless pyproject.toml asks for something else; ARGS=--upgrade takes the newest of all.
# Extras stay named: older pips take the newest release, not the locked one, of what another package wants with an extra.
# Only the default index counts: what else a machine knows of would put hashes into the locks that no other can satisfy.
COMPILE = env -u UV_FIND_LINKS -u UV_INDEX -u UV_EXTRA_INDEX_URL $(PY) -m uv pip compile pyproject.toml \
	--quiet --universal --python-version 3.11 --no-strip-extras --generate-hashes --no-emit-index-url --no-emit-find-links \
	--custom-compile-command 'make lock' $(ARGS)

lock: dev ## resolve pyproject.toml into requirements/*.txt (ARGS=--upgrade)
	$(COMPILE) -o requirements/base.txt
	$(COMPILE) --extra prod --extra postgres -c requirements/base.txt -o requirements/prod.txt
	$(COMPILE) --group dev -c requirements/prod.txt -o requirements/dev.txt

# To change a version, edit package.json, then: cd requirements/assets && npm install --package-lock-only
vendor: ## copy the style sheets of others into plan_tracker/static/vendor (needs npm)
	@command -v npm > /dev/null || { echo "make vendor needs npm; nothing else does." >&2; exit 1; }
	cd $(ASSETS) && npm ci --ignore-scripts --no-audit --no-fund
	rm -rf $(VENDOR)
	mkdir -p $(VENDOR)/bootstrap
	sed '/^\/\*# sourceMappingURL=.*\*\/$$/d' $(ASSETS)/node_modules/bootstrap/dist/css/bootstrap.min.css > $(VENDOR)/bootstrap/bootstrap.min.css
	cp $(ASSETS)/node_modules/bootstrap/LICENSE $(VENDOR)/bootstrap/LICENSE
	cd $(VENDOR) && find . -type f ! -name SHA256SUMS | sed 's|^\./||' | LC_ALL=C sort | xargs sha256sum > SHA256SUMS
	rm -rf $(ASSETS)/node_modules

dev:
	@.ci/install dev
