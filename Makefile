# make demo · make test · make attack · make lint · make bench · make recipes · make fuzz: each does all the set-up it needs.
VENV := .venv
PYTHON := $(VENV)/bin/python
READY := $(VENV)/.ready
export PIP_DISABLE_PIP_VERSION_CHECK = 1

.PHONY: demo test attack lint bench recipes fuzz screenshots clean

demo: $(READY)
	@$(PYTHON) -m Testing.demo

test: $(READY)
	@$(PYTHON) -m Testing.run_tests

attack: $(READY)
	@$(PYTHON) -m pytest -p Testing.attacks.costs Testing/attacks Testing/engine/reading/test_hostile_inputs.py \
		Testing/engine/reading/test_bad_input.py Testing/gui/words/test_plain_words.py

lint: $(READY)
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m mypy
	@$(PYTHON) -m Testing.advisories

bench: $(READY)
	@$(PYTHON) -m Testing.bench

recipes: $(READY)
	@$(PYTHON) -m Training recipes --smoke

fuzz: $(READY)
	@$(PYTHON) -m Testing.fuzz

screenshots: $(READY)
	@$(PYTHON) -m Testing.screenshots

$(READY): pyproject.toml .ci/constraints.txt
	python3 -m venv $(VENV)
	$(PYTHON) -m pip install --quiet --constraint .ci/constraints.txt --editable '.[scene,dev,train,report]'
	@touch $@

clean:
	rm -rf $(VENV) demo-output build dist *.egg-info
