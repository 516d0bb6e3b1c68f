"""The catalogue of drifts and harmless rewrites: pairs of entry points, each with its verdict."""

from __future__ import annotations

import re
import textwrap
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest
from _pytest.mark import ParameterSet

from tests.gate.planting import REPOSITORY

CATALOGUES = REPOSITORY / "tests/assets/parity"

SHARED = """
from typing import Annotated
from fastapi import APIRouter, Depends, Security
from pydantic import BaseModel

class Out(BaseModel):
    name: str

def require_user() -> str: return "u"
def audit() -> None: ...
def require_role(role):
    def check() -> str: return role
    return check

class Roles:
    def __init__(self, *names): self.names = names
    def __call__(self): return self.names

def handle(request, exc): ...
def handle_otherwise(request, exc): ...
async def start(): ...
async def stop(): ...

users = APIRouter(prefix="/users")
@users.get("/me")
def me(): ...
@users.get("/{id}")
def one(id: int): ...
"""
# Both entry points begin with this; what follows is what a case says.
BASE = """
from contextlib import asynccontextmanager
from enum import Enum
from functools import partial
import re
from fastapi import APIRouter, Depends, FastAPI, Security, WebSocket
from fastapi.middleware.cors import CORSMiddleware
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.responses import HTMLResponse, JSONResponse
from fastapi.routing import APIRoute
from fastapi.staticfiles import StaticFiles
from pydantic import BaseModel, SecretStr
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Mount, Route
import shared
from shared import users
"""
HEALTH = """
@app.get("/health")
def health(): return {"status": "healthy"}
"""


@dataclass(frozen=True)
class Case:
    """A row of a catalogue: two bodies, or the ``code`` of one; ``rule`` and ``said`` to expect.

    ``files`` are other modules of the tree; ``rules`` stand for ``rule`` where there are several.
    """

    name: str
    reference: str = ""
    candidate: str = ""
    code: str = ""
    files: Mapping[str, str] = field(default_factory=dict)
    rule: str = ""
    rules: tuple[str, ...] = ()
    said: str = ""
    line: int | None = None

    @property
    def expected(self) -> list[str]:
        """The rules of the findings."""
        return [f"parity.{rule}" for rule in sorted(self.rules or [self.rule])]

    @property
    def tree(self) -> dict[str, str]:
        """The files of the tree: both entry points, and what they import."""
        both = {"main.py": source(self.reference), "lazy_app.py": source(self.candidate)}
        return {**both, "shared.py": SHARED, **self.files}


def cases(kind: str, file: str) -> list[Case]:
    return [Case(**row) for row in tomllib.loads((CATALOGUES / file).read_text())[kind]]


def catalogue(kind: str, file: str) -> list[ParameterSet]:
    return [pytest.param(case, id=case.name) for case in cases(kind, file)]


def source(body: str) -> str:
    body = textwrap.dedent(body)
    builds = re.search("^app = ", body, re.MULTILINE)
    return BASE + (body if builds else f"app = FastAPI()\n{body}") + HEALTH
