# Contactsheet: all commands of the project. `make` lists them.

PYTHON ?= python3
export PYTHON
# Compiled once, not in each of the many processes that the tests start.
unexport PYTHONDONTWRITEBYTECODE

python := .venv/bin/python
local_python := .venvs/local/bin/python
embedded_python := .venvs/embedded/bin/python
environment := infra/setup/environment.sh
need := infra/setup/need.sh

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup run shell manage test test-all test-postgres mutants deploy config rollback status destroy rehearse bench-imaging bench-cold bench-fsck bench-scale bench-zip cost check audit release-files fmt messages lock clean browser-files \
	environment-dev environment-local environment-embedded environment-templates check-templates

help: ## list the commands
	@printf 'Contactsheet\n\n'
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | while IFS="$$(printf '\t')" read -r name text; \
		do printf '  make %-15s %s\n' "$$name" "$$text"; done
	@printf '\nStart with: make run\n'

# ---- environments -------------------------------------------------------------------------------------------

setup: environment-dev environment-embedded browser-files ## install the development tools (run and test do it automatically)
	@$(python) -m infra.worker_zip >/dev/null
	@echo 'Ready.'

environment-dev:
	@$(environment) .venv dev

environment-local:
	@$(environment) .venvs/local local

environment-embedded:
	@$(environment) .venvs/embedded embedded

environment-templates:
	@$(environment) .venvs/templates templates

browser-files: ## build the browser's JavaScript, CSS and translations
	@infra/setup/browser_files.sh
	@$(PYTHON) -m infra.catalogs

# ---- running ------------------------------------------------------------------------------------------------

run: environment-local environment-embedded browser-files ## run the gallery on this machine: PORT=8000 AWS_PORT=4566 choose the ports
	@exec $(local_python) -m infra.local

manage: $(if $(STAGE),environment-dev,environment-local) ## run a manage.py command here, or of a stage: make manage ARGS="fsck --repair" STAGE=dev
	@$(if $(STAGE),$(python) -m infra.deploy manage "$(STAGE)" --,$(local_python) -m infra.local.manage) $(ARGS)

shell: environment-local ## open a shell with the environment of the running gallery
	@$(local_python) -m infra.local.manage --shell

# ---- testing ------------------------------------------------------------------------------------------------

# Without Chromium, browser tests are skipped locally and fail in CI.
only_with_chromium = without=; $(need) chromium || { [ "$$CI" != true ] || exit 1; without=' and not browser'; }

# Three processes for the tests on the embedded AWS: they wait most of the time.
test: environment-dev environment-embedded browser-files ## run the tests: make test ARGS="-k purge"
	@$(need) gettext || [ "$$CI" != true ]
	@$(need) exiftool || [ "$$CI" != true ]
	@$(python) -m infra.worker_zip >/dev/null # once, before parallel tests need it
	@$(only_with_chromium); ran=5; \
		part() { code=0; $(python) -m pytest "$$@" $(ARGS) || code=$$?; \
			[ $$code -eq 5 ] || ran=$$code; [ $$code -eq 0 ] || [ $$code -eq 5 ] || exit $$code; }; \
		part -n 2 -m 'not slow and not embedded and not browser'; \
		part -n 3 --dist loadfile -m 'not slow and embedded and not browser'; \
		part -n 2 --dist loadfile -m "not slow and browser$$without"; \
		exit $$ran # 5: no test was selected in any part

# What the second step runs on PostgreSQL, which refuses more, the first leaves out.
on_postgres := $(addprefix --ignore tests/,browser client/test_on_running_gallery.py embedded/test_subscriptions.py \
	gallery/api/test_any_input.py gallery/test_permission_matrix.py journey)
test-all: environment-dev environment-embedded browser-files ## run the long tests, which `make test` skips
	@$(need) postgresql
	@$(only_with_chromium); $(python) -m pytest -n 2 --dist loadfile --no-loadscope-reorder --durations 25 -m "slow$$without" \
		$(on_postgres) $(ARGS) || [ $$? -eq 5 ]
	@$(MAKE) --no-print-directory test-postgres browser_tests='browser and slow'
	@[ -n '$(ARGS)' ] || $(MAKE) --no-print-directory mutants # ARGS choose tests

mutants: environment-dev browser-files ## break guarded lines one by one; tests must fail: make mutants ARGS="paging caption"
	@$(python) -m tests.mutants $(ARGS)

# tests/rehearsal starts its own PostgreSQL; other folders use no database (a test checks this list).
with_database := $(addprefix tests/,bench/test_cost.py browser client/test_on_running_gallery.py client/test_restoring.py embedded/test_inbox.py embedded/test_subscriptions.py embedded/test_takedown.py \
	gallery infra/test_adversity.py infra/test_local_run.py journey)
test-postgres: environment-dev environment-embedded browser-files ## run all tests that use a database on PostgreSQL
	@$(need) postgresql
	@$(python) -m tests.postgresql -n 2 -m 'not browser' --ignore tests/gallery/operations/resources $(with_database) $(ARGS)
	@$(only_with_chromium); [ -n "$$without" ] || $(python) -m tests.postgresql -n 2 --dist loadfile -m "$(or $(browser_tests),browser)" tests/browser $(ARGS)

bench-imaging: environment-dev ## compare imaging with other libraries (ARGS="--photos FOLDER" for your own photos)
	@$(python) -m bench.imaging $(ARGS)

bench-fsck: environment-dev ## measure memory and calls of fsck over 20,000 and 200,000 photos
	@$(python) -m bench.fsck $(ARGS)

bench-scale: environment-dev browser-files ## measure each list with 1,000, 100,000 and 1,000,000 photos on PostgreSQL (ARGS="--sizes 1000 100000")
	@$(need) postgresql
	@$(python) -m bench.scale $(ARGS)

bench-zip: environment-dev browser-files ## measure a zip of 2,000 photos (4.6 GB) in Chromium: time, memory of the tab (ARGS="--write")
	@$(python) -m bench.zip $(ARGS)

bench-cold: environment-dev browser-files ## measure the cold start of each function
	@$(python) -m bench.cold $(ARGS)

check: environment-dev ## check format, lint, types, imports, words, templates and migrations
	@$(python) -m ruff format --check .
	@$(python) -m ruff check .
	@$(python) -m mypy
	@PYTHONPATH=client .venv/bin/lint-imports --no-cache
	@$(python) -m infra.words
	@.venv/bin/cfn-lint --include-checks I -- infra/*.yaml
	@git ls-files 'templates/*.html' | xargs --no-run-if-empty .venv/bin/djade --check --target-version 5.2
	@$(python) manage.py makemigrations --check --dry-run --settings tests.settings
	@$(python) -m infra.migration_lint
	@$(python) manage.py check --settings tests.settings

check-templates: environment-templates ## check templates and the worker's image for weaknesses; infra/setup/checkov.yaml gives reasons for what they don't pass
	@.venvs/templates/bin/checkov --config-file infra/setup/checkov.yaml

audit: environment-dev browser-files ## ask the registries for known weaknesses of everything that is locked
	@infra/setup/audit.sh

release-files: environment-dev browser-files ## build a release's files in var/release: client, worker, what they consist of
	@$(python) -m infra.release_files

fmt: environment-dev ## format code and templates
	@$(python) -m ruff check --fix-only --quiet .
	@$(python) -m ruff format .
	@git ls-files 'templates/*.html' | xargs --no-run-if-empty .venv/bin/djade --target-version 5.2

messages: environment-dev ## write the texts for people from the sources to locale/
	@$(need) gettext
	@infra/setup/messages.sh $(python)

cost: environment-dev ## calculate the cost of photos, page views and an idle month
	@$(python) -m bench.cost $(ARGS)

# ---- on AWS -------------------------------------------------------------------------------------------------

deploy: environment-dev browser-files ## deploy or update the gallery on AWS: make deploy STAGE=dev
	@$(python) -m infra.deploy deploy "$(STAGE)"

config: environment-dev ## show the choices of a stage and where each came from: make config STAGE=dev
	@$(python) -m infra.deploy config "$(STAGE)"

rollback: environment-dev ## serve a kept version of a stage again, by default the one before: make rollback STAGE=dev VERSION=7
	@$(python) -m infra.deploy rollback "$(STAGE)" $(if $(VERSION),--version "$(VERSION)")

status: environment-dev ## check a deployed gallery: make status STAGE=dev
	@$(python) -m infra.deploy status "$(STAGE)"

destroy: environment-dev browser-files ## remove a deployed gallery but keep its photos: make destroy STAGE=dev
	@$(python) -m infra.deploy destroy "$(STAGE)" $(if $(YES),--yes)

rehearse: environment-dev environment-embedded browser-files ## deploy to the embedded AWS, use the gallery in a browser, remove it
	@$(need) postgresql
	@$(only_with_chromium); $(python) -m pytest -m "slow$$without" tests/rehearsal $(ARGS)

# ---- housekeeping -------------------------------------------------------------------------------------------

# Sets that share a process share one resolution: dev first, the others constrained by it. ministack and Node are separate.
compile := .venv/bin/uv pip compile --quiet --generate-hashes --no-emit-index-url --no-annotate --no-header \
	--python-version 3.11 --universal $(if $(UPGRADE),--upgrade)
# The Lambda runtime includes boto3, whose data alone would double the web function's package; only Zappa's command line needs the rest.
not_in_function := boto3 botocore s3transfer argcomplete cfn-flip click colorama hjson pip placebo pyyaml python-slugify setuptools \
	text-unidecode toml tqdm troposphere wheel
lock: environment-dev ## lock requirements/*.in again: UPGRADE=1 takes newer versions
	@$(compile) requirements/dev.in -o requirements/dev.txt
	@for set in web worker poller local client; do $(compile) requirements/$$set.in -c requirements/dev.txt -o requirements/$$set.txt; done
	@$(compile) $(not_in_function:%=--no-emit-package=%) requirements/function.in -c requirements/dev.txt -o requirements/function.txt
	@for set in embedded node templates; do $(compile) requirements/$$set.in -o requirements/$$set.txt; done

clean: ## remove installed and built files, but not the gallery's data in var/
	@rm -rf .venv .venvs node_modules static/build staticfiles var/worker \
		.pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
	@echo 'Clean. Photos and accounts are still in var/; remove that folder to delete them.'
