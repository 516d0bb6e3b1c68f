# The one vocabulary of people, hooks, CI and CodeBuild. `make` lists it.
.DEFAULT_GOAL := help
.PHONY: help setup local rehearse-release test check format gate hooks bench rehearse image image-base image-cache provenance attach-provenance synth deploy lock clean
MAKEFLAGS += --no-print-directory

STAGE ?= dev
APP ?=
STACKS ?=
ENGINE ?=
TAG ?=
CACHE ?=
IMAGE ?=
ARGS ?=

# Python 3.11 or newer; PYTHON=/path/to/python chooses another.
AT_LEAST := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11; do \
	$$python -c '$(AT_LEAST)' 2>/dev/null && echo $$python && break; done)
BIN := $(CURDIR)/.venv/bin
# jsii starts whatever `node` is first on PATH.
export PATH := $(BIN):$(CURDIR)/node_modules/.bin:$(PATH)

help:  ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 26

setup:  ## install everything below this folder (quick when nothing changed)
	@$(if $(PYTHON),,$(error no Python 3.11 or newer found; install one or say PYTHON=/path/to/python))
	@$(PYTHON) -c '$(AT_LEAST)' 2>/dev/null || \
		{ echo "setup: $(PYTHON) is not Python 3.11 or newer; say PYTHON=/path/to/python" >&2; exit 2; }
	@$(PYTHON) local/install.py
	@$(BIN)/python -m compileall -q gate  # the hooks of a commit start at once

local: setup  ## the whole road on this machine: gate, synth, deploy, probes, verify (ENGINE=docker: in containers)
	@$(BIN)/python -m local $(if $(ENGINE),--engine $(ENGINE)) $(ARGS)

rehearse-release: setup  ## a release on this machine: a bad version refused, a good one, the way back
	@$(BIN)/python -m local.release $(ARGS)

test: setup  ## all tests, the quick ones first
	@$(BIN)/python -m pytest -n 2 --dist loadgroup $(ARGS)

check: setup  ## format, lint, types, import rules
	@$(BIN)/ruff format --check --quiet . || { echo "check: run 'make format'" >&2; exit 1; }
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy
	@PYTHONPATH=lambda_src/backend $(BIN)/lint-imports --no-logo

format: setup  ## put the sources into the one format
	@$(BIN)/ruff format --quiet . && $(BIN)/ruff check --quiet --fix-only .

gate: setup  ## parity, models, names, handler and smoke, as at commit, synth and before deploy
	@$(BIN)/python -m gate all $(ARGS)

hooks: setup  ## have git run the gate's quick checks before each commit
	@$(BIN)/python local/hooks.py

bench: setup  ## what the gate costs, as ratios, against the goals (takes minutes)
	@$(BIN)/python -m bench $(ARGS)

rehearse: setup  ## break a copy in the way of each incident of rehearsals/, see what stops it (ARGS=name)
	@$(BIN)/python -m gate rehearse $(ARGS)

image: setup  ## build the image of STAGE and smoke it: TAG=backend:1 (CACHE=repository: of dear layers)
	@$(BIN)/python -m local.build --stage $(STAGE) --tag "$(TAG)" $(if $(CACHE),--cache "$(CACHE)")

image-base: setup  ## what the base image of STAGE is today, as the line for its file
	@$(BIN)/python -m local.base_image --stage $(STAGE)

provenance: setup  ## say where IMAGE (REGISTRY/NAME@sha256:…), built for STAGE, comes from
	@$(BIN)/python -m local.provenance write --stage $(STAGE) --image "$(IMAGE)" $(ARGS)

attach-provenance: setup  ## push what was said of IMAGE beside it, into its registry
	@$(BIN)/python -m local.provenance attach --image "$(IMAGE)" $(ARGS)

image-cache: setup  ## keep the dear layers of the image in the repository CACHE
	@$(BIN)/python -m local.build_cache --cache "$(CACHE)"

synth: setup  ## write the templates of STAGE to cdk.out
	@$(CURDIR)/node_modules/.bin/cdk synth --quiet -c stage=$(STAGE) $(ARGS)

NO_APP = deploy: $(APP) holds no synthesized stage $(STAGE); run make synth STAGE=$(STAGE), or say another APP
deploy: setup  ## deploy STAGE to the AWS account of your credentials (APP=cdk.out: as it was synthesized)
	@$(if $(APP),ls "$(APP)"/*-$(STAGE)-*.template.json >/dev/null 2>&1 || { echo "$(NO_APP)" >&2; exit 2; })
	@$(CURDIR)/node_modules/.bin/cdk deploy $(or $(STACKS),--all) \
		$(if $(APP),--app "$(APP)",-c stage=$(STAGE)) $(ARGS)

LOCK := $(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 \
	--no-annotate --custom-compile-command "make lock"
lock: setup  ## write the lock files anew from pyproject.toml (ARGS=--upgrade for newer versions)
	@$(LOCK) --group dev -o requirements.txt $(ARGS)
	@$(LOCK) --group backend -c requirements.txt -o lambda_src/backend/requirements.txt $(ARGS)
	@$(LOCK) --group image-smoke --no-deps -c requirements.txt -o lambda_src/image/requirements.txt $(ARGS)
	@$(LOCK) --group emulator -o local/emulator/requirements.txt $(ARGS)
	@for wanted in tests/assets/environments/*.in; do \
		$(LOCK) -o "$${wanted%.in}.txt" "$$wanted" $(ARGS) || exit; done

clean:  ## remove what was installed and built
	@rm -rf .venv .venv-emulator node_modules cdk.out .local build dist \
		.pytest_cache .mypy_cache .ruff_cache .import_linter_cache
