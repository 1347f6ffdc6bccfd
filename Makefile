# Every target works alone from a bare clone: make, git and some Python >= 3.12 are all it needs. Plain `make`
# lists them. What they do stands in newsroom/operations/.

.DEFAULT_GOAL := help
.PHONY: help run stop test bench check fmt lock demo-password psql clean .run-venv .dev-venv

IN_VENV := .venv/bin/python
# For commands that load the settings only to look at them: no key, and a database that is stopped again.
LOOKING := DEBUG=1 $(IN_VENV) -m newsroom.operations.postgres during $(IN_VENV)
SOURCES := newsroom articles media authors tests manage.py

help: ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' $(firstword $(MAKEFILE_LIST)) | awk -F'|' '{ printf "%-22s %s\n", $$1, $$2 }'

run: .run-venv ## Run the newsroom on this machine: database, demo stories, web server and worker (PORT=8000)
	@exec $(IN_VENV) -m newsroom.operations.run

stop: .run-venv ## Stop what `make run` started, and the embedded database
	@$(IN_VENV) -m newsroom.operations.run stop

test: .dev-venv ## Run the tests (browser tests too where Chromium is installed); ARGS="tests/media -x" to choose
	@$(IN_VENV) -m newsroom.operations.postgres during $(IN_VENV) -m pytest -n auto $(ARGS)

bench: .dev-venv ## Measure pages on a database of 100,000 stories of its own; ARGS="desk --stories 1000000" for more
	@$(IN_VENV) -m newsroom.operations.postgres during $(IN_VENV) -m tests.bench $(ARGS)

check: .dev-venv ## Check style, types, import contracts, migrations, settings and that the docs are up to date
	$(IN_VENV) -m ruff check --output-format concise $(SOURCES)
	$(IN_VENV) -m ruff format --check $(SOURCES)
	git ls-files -z -- '*/templates/*.html' 'templates/*.html' | xargs -0 -r .venv/bin/djade --check
	$(LOOKING) -m mypy newsroom articles media authors
	.venv/bin/lint-imports
	.venv/bin/deptry .
	$(LOOKING) manage.py makemigrations --check --dry-run
	$(LOOKING) manage.py docs --check
	DEBUG=0 DEMO=1 HTTPS=1 MAIL_URL=smtp://localhost SECRET_KEY=$$($(IN_VENV) -c 'import secrets; print(secrets.token_urlsafe(50))') \
		$(IN_VENV) -m newsroom.operations.postgres during $(IN_VENV) manage.py check --deploy --fail-level WARNING

fmt: .dev-venv ## Put code and templates into their one style
	$(IN_VENV) -m ruff check --fix $(SOURCES)
	$(IN_VENV) -m ruff format $(SOURCES)
	git ls-files -z -- '*/templates/*.html' 'templates/*.html' | xargs -0 -r .venv/bin/djade || [ $$? = 123 ] # it says so when it changed a file

PIN := -m uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-emit-find-links -p 3.12 \
	--custom-compile-command 'make lock' pyproject.toml

lock: .dev-venv ## Write requirements*.txt anew from pyproject.toml; ARGS=--upgrade to take newer versions
	$(IN_VENV) $(PIN) $(ARGS) -o requirements.txt
	$(IN_VENV) $(PIN) $(ARGS) --extra embedded -o requirements-run.txt
	$(IN_VENV) $(PIN) $(ARGS) --extra embedded --group dev -o requirements-dev.txt

demo-password: .run-venv ## Give the demo accounts a new password, DEMO_PASSWORD or a random one, and print it
	@$(IN_VENV) -m newsroom.operations.run manage demo --reset-password

psql: .run-venv ## Open psql on the newsroom's database
	@$(IN_VENV) -m newsroom.operations.postgres psql

clean: ## Remove what can be made again (.venv, caches, collected static files); stories and pictures stay
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis var/static var/run/static-files
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.run-venv .dev-venv:
	@python=$$(newsroom/operations/find-python) && "$$python" newsroom/operations/install.py $(@:.%-venv=%)
