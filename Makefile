# Everything happens in build/: `make clean` takes it away. PYTHON=… chooses the interpreter,
# VENV=… an environment of your own for tests, lint and types (`pip install -e '.[dev,example]'`).

VENV ?= build/venv
WORKERS ?= auto
export PYTHON

.PHONY: help demo test beside-ploomber lint types package soak faults sessions pages protocol picture clean environment extension client-test vsix e2e

help:
	@echo "make demo      set up, build the example, break it and look at the problem"
	@echo "make test      set up and run the tests"
	@echo "make beside-ploomber   set up Ploomber, too, and compare"
	@echo "make lint      ruff, format and import rules      make types   pyright"
	@echo "make package   wheel and sdist into dist/         make pages   docs/problems.md"
	@echo "make protocol  what clients are given: types, settings, schemas"
	@echo "make e2e       the VS Code extension in the real workbench (installs it first: 1 GB)"
	@echo "make vsix      the VS Code extension into dist/  make client-test   its checks and tests"
	@echo "make soak      property tests, faults and sessions, much longer   make clean   remove build/ and dist/"
	@echo "make faults    builds that are killed, stopped or run out of disk, ten times in each way"
	@echo "make sessions  debugging sessions that are begun and left, ten times"

environment:
	@.ci/environment $(VENV) dev,example

demo:
	@.ci/demo

test: environment
	@.ci/editors $(VENV)
	PATH="$(abspath $(VENV))/bin:$$PATH" $(VENV)/bin/python -m pytest -n $(WORKERS) --dist worksteal tests --ignore tests/same_state --ignore tests/same_result

# Both tools on one folder, and what each makes of the same project: Ploomber gets an environment of its own.
beside-ploomber: environment
	@.ci/ploomber build/ploomber-venv
	PATH="$(abspath $(VENV))/bin:$$PATH" $(VENV)/bin/python -m pytest -n $(WORKERS) --dist worksteal tests/same_state tests/same_result

lint: environment
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/lint-imports --no-cache

types: environment
	$(VENV)/bin/pyright --pythonpath $(VENV)/bin/python

package: environment
	rm -rf dist
	$(VENV)/bin/python -m build --outdir dist .

pages: environment
	$(VENV)/bin/python -c "from pipelens.core.rules.page import problems_page; print(problems_page(), end='')" > build/problems.md
	mv build/problems.md docs/problems.md

# Types, examples and settings for clients, from server/pipelens/protocol; schemas from the table of keys.
protocol: environment
	$(VENV)/bin/python -m pipelens.protocol.generate
	@mkdir -p vscode-extension/schemas
	$(VENV)/bin/python -m pipelens.core.key_schema pipeline > vscode-extension/schemas/pipeline.schema.json
	$(VENV)/bin/python -m pipelens.core.key_schema env > vscode-extension/schemas/env.schema.json

# The extension for VS Code. Its Node.js is that on PATH, or one from PyPI in the environment.
extension: environment
	@.ci/extension $(VENV) install

client-test: extension
	.ci/extension $(VENV) npm run types
	.ci/extension $(VENV) npm run lint
	.ci/extension $(VENV) npm test

vsix: extension
	.ci/extension $(VENV) npm run types
	.ci/bundle $(VENV)
	.ci/extension $(VENV) npm run build
	.ci/extension $(VENV) package

soak: environment
	HYPOTHESIS_PROFILE=soak PATH="$(abspath $(VENV))/bin:$$PATH" $(VENV)/bin/python -m pytest -n $(WORKERS) --dist worksteal tests/broken tests/core tests/lsp/test_typing.py
	@$(MAKE) --no-print-directory faults ROUNDS=100
	@$(MAKE) --no-print-directory sessions ROUNDS=500

# Builds that are killed, stopped or run out of disk, ROUNDS times in each way; ends with a table.
ROUNDS ?= 10
faults: environment
	PIPELENS_ROUNDS=$(ROUNDS) PATH="$(abspath $(VENV))/bin:$$PATH" $(VENV)/bin/python -m pytest -n $(WORKERS) --dist worksteal -o faulthandler_timeout=0 tests/faults

# Debugging sessions that are begun and left, ROUNDS times: no process, port or file may stay.
sessions: environment
	PIPELENS_ROUNDS=$(ROUNDS) PATH="$(abspath $(VENV))/bin:$$PATH" $(VENV)/bin/python -m pytest -o faulthandler_timeout=0 tests/debug/test_ending.py -k many_sessions

# Stories in the real workbench. STORIES='restricted …' plays some of them; PIPELENS_E2E_SLOW=4: on a busy machine.
e2e: environment vsix
	@.ci/extension $(VENV) ../.ci/workbench
	PIPELENS_E2E_PYTHON="$(abspath $(VENV))/bin/python" .ci/extension $(VENV) node ../tests/e2e/play.mjs $(STORIES)

# The graph in the README: the example as it looks after `make demo`.
picture: demo
	build/demo-venv/bin/python docs/images/draw.py build/demo/ml-basic.html docs/images/ml-basic.svg

clean:
	rm -rf build dist
