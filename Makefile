# Contactsheet: everything a person or a machine does with the project. `make` alone lists it.

PYTHON ?= python3
export PYTHON

python := .venv/bin/python
local_python := .venvs/local/bin/python
embedded_python := .venvs/embedded/bin/python
environment := infra/setup/environment.sh
need := infra/setup/need.sh

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup run shell manage test test-all test-postgres deploy status destroy rehearse bench-imaging bench-cold cost check fmt messages lock clean browser-files \
	environment-dev environment-local environment-embedded

help: ## list what can be done
	@printf 'Contactsheet\n\n'
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | while IFS="$$(printf '\t')" read -r name words; \
		do printf '  make %-15s %s\n' "$$name" "$$words"; done
	@printf '\nStart with: make run\n'

# ---- environments -------------------------------------------------------------------------------------------

setup: environment-dev environment-embedded browser-files ## install all that development needs (run and test do it by themselves)
	@$(python) -m infra.worker_zip >/dev/null
	@echo 'Ready.'

environment-dev:
	@$(environment) .venv dev

environment-local:
	@$(environment) .venvs/local local

environment-embedded:
	@$(environment) .venvs/embedded embedded

browser-files: ## build the browser's JavaScript and CSS
	@infra/setup/browser_files.sh

# ---- running ------------------------------------------------------------------------------------------------

run: environment-local environment-embedded browser-files ## run the whole gallery here: PORT=8000 AWS_PORT=4566 choose ports
	@exec $(local_python) -m infra.local

manage: environment-local ## run a command of manage.py in the running gallery: make manage ARGS="fsck --nudge"
	@$(local_python) -m infra.local.manage $(ARGS)

shell: environment-local ## open a shell whose manage.py and AWS variables are the running gallery's
	@$(local_python) -m infra.local.manage --shell

# ---- testing ------------------------------------------------------------------------------------------------

# Without Chromium the browser tests are left out on a person's machine, and fail in the pipeline.
only_with_chromium = without=; $(need) chromium || { [ "$$CI" != true ] || exit 1; without=' and not browser'; }

test: environment-dev environment-embedded browser-files ## run the tests: make test ARGS="-k purge"
	@$(need) gettext || [ "$$CI" != true ]
	@$(python) -m infra.worker_zip >/dev/null # once, before several ask for it
	@$(only_with_chromium); \
		$(python) -m pytest -n 2 -m 'not slow and not embedded and not browser' $(ARGS); units=$$?; \
		[ $$units -eq 0 ] || [ $$units -eq 5 ] || exit $$units; \
		$(python) -m pytest -m "not slow and (embedded or browser)$$without" $(ARGS); \
		whole=$$?; [ $$whole -ne 5 ] || whole=$$units; exit $$whole # 5: nothing was run, in neither half

test-all: environment-dev environment-embedded browser-files ## run what `make test` leaves out: the long ones
	@$(need) postgresql
	@$(only_with_chromium); $(python) -m pytest -m "slow$$without" $(ARGS) || [ $$? -eq 5 ]
	@$(MAKE) --no-print-directory test-postgres

# tests/rehearsal brings its own PostgreSQL; all else touches no database (a test holds this list).
with_database := $(addprefix tests/,bench/test_cost.py browser client/test_on_running_gallery.py embedded/test_subscriptions.py \
	gallery infra/test_adversity.py infra/test_local_run.py journey)
test-postgres: environment-dev environment-embedded browser-files ## run all that uses a database on a real PostgreSQL
	@$(need) postgresql
	@$(python) -m tests.postgresql -n 2 -m 'not browser' --ignore tests/gallery/operations/resources $(with_database) $(ARGS)
	@$(only_with_chromium); [ -n "$$without" ] || $(python) -m tests.postgresql -m browser tests/browser $(ARGS)

bench-imaging: environment-dev ## compare the imaging with others (ARGS="--photos FOLDER" for photos of your own)
	@$(python) -m bench.imaging $(ARGS)

bench-cold: environment-dev browser-files ## say what a cold start of each function imports and takes
	@$(python) -m bench.cold $(ARGS)

check: environment-dev ## check format, lint, types, imports, template and migrations
	@$(python) -m ruff format --check .
	@$(python) -m ruff check .
	@$(python) -m mypy
	@PYTHONPATH=client .venv/bin/lint-imports --no-cache
	@.venv/bin/cfn-lint --include-checks I -- infra/*.yaml
	@git ls-files 'templates/*.html' | xargs --no-run-if-empty .venv/bin/djade --check --target-version 5.2
	@$(python) manage.py makemigrations --check --dry-run --settings tests.settings
	@$(python) manage.py check --settings tests.settings

fmt: environment-dev ## bring code and templates into form
	@$(python) -m ruff check --fix-only --quiet .
	@$(python) -m ruff format .
	@git ls-files 'templates/*.html' | xargs --no-run-if-empty .venv/bin/djade --target-version 5.2

messages: environment-dev ## write the texts for people from the sources to locale/
	@$(need) gettext
	@infra/setup/messages.sh $(python)

cost: environment-dev ## say what photos, page views and an idle month cost, with the arithmetic
	@$(python) -m bench.cost $(ARGS)

# ---- on AWS -------------------------------------------------------------------------------------------------

deploy: environment-dev browser-files ## put the gallery on AWS or bring it up to date: make deploy STAGE=dev
	@$(python) -m infra.deploy deploy "$(STAGE)"

status: environment-dev ## say how a deployed gallery is: make status STAGE=dev
	@$(python) -m infra.deploy status "$(STAGE)"

destroy: environment-dev browser-files ## take a deployed gallery away, but no photos: make destroy STAGE=dev
	@$(python) -m infra.deploy destroy "$(STAGE)" $(if $(YES),--yes)

rehearse: environment-dev environment-embedded browser-files ## deploy to the embedded AWS, use it as people do, take it away
	@$(need) postgresql
	@$(only_with_chromium); $(python) -m pytest -m "slow$$without" tests/rehearsal $(ARGS)

# ---- housekeeping -------------------------------------------------------------------------------------------

# One resolution for all that shares a process: dev first, the smaller sets held to it. ministack and Node live apart.
compile := .venv/bin/uv pip compile --quiet --generate-hashes --no-emit-index-url --no-annotate --no-header \
	--python-version 3.11 --universal $(if $(UPGRADE),--upgrade)
lock: environment-dev ## lock requirements/*.in anew: UPGRADE=1 takes newer versions
	@$(compile) requirements/dev.in -o requirements/dev.txt
	@for set in web worker local function client; do $(compile) requirements/$$set.in -c requirements/dev.txt -o requirements/$$set.txt; done
	@for set in embedded node; do $(compile) requirements/$$set.in -o requirements/$$set.txt; done

clean: ## remove what was installed or built, but not the gallery's data in var/
	@rm -rf .venv .venvs node_modules static/build staticfiles var/worker \
		.pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
	@echo 'Clean. Photos and accounts are still in var/; remove that folder to forget them.'
