from __future__ import annotations

import json

import pytest

from gate.audit.syntax.versions import allows, same
from tests.gate.auditing import Trap, hold
from tests.gate.planting import Plant

DIFFERS, UNLOCKED = "requirement.differs", "requirement.unlocked"
LOCK = '[[package]]\nname = "fastapi"\nversion = "0.110.0"\n'
PROJECT = '[project]\nname = "x"\ndependencies = ["fastapi{wanted}"]\n'
POETRY = '[tool.poetry.dependencies]\npython = "^3.11"\nfastapi = "{wanted}"\n'
NODE = {"dependencies": {"aws-cdk": "^2.100.0"}, "devDependencies": {"typescript": "5.4.2"}}


def npm(**versions: str) -> str:
    packages = {f"node_modules/{name}": {"version": version} for name, version in versions.items()}
    return json.dumps({"lockfileVersion": 3, "packages": {"": {}, **packages}}, indent=2)


TRAPS = (
    Trap(
        "agreeing",
        {"requirements.txt": "fastapi==0.110.0\n", "app/requirements.txt": "FastAPI==0.110\n"},
    ),
    Trap(
        "two pins",
        {"requirements.txt": "fastapi==0.110.0\n", "requirements-dev.txt": "fastapi==0.111.0\n"},
        ((DIFFERS, "==0.111.0 (requirements-dev.txt), ==0.110.0 (requirements.txt)"),),
    ),
    Trap(
        "spelled differently, with extras, hashes and continued lines",
        {
            "requirements.txt": "Typing_Extensions[a,b] == 4.1 \\\n  --hash=sha256:abc # why\n",
            "backend/requirements.txt": "typing.extensions==4.2 --hash=sha256:abc\n",
        },
        ((DIFFERS, "typing-extensions"),),
    ),
    Trap(
        "a pin outside a range",
        {
            "pyproject.toml": PROJECT.format(wanted=">=0.111,<1"),
            "requirements.txt": "fastapi==0.110.0\n",
        },
        ((DIFFERS, ">=0.111,<1 (pyproject.toml), ==0.110.0 (requirements.txt)"),),
    ),
    Trap(
        "ranges, which agree or cannot be told",
        {
            "pyproject.toml": PROJECT.format(wanted=">=0.100"),
            "requirements.in": "fastapi<0.50\n",
            "setup.cfg": "[options]\ninstall_requires =\n    other>1\n",
        },
    ),
    Trap(
        "one file, two pins",
        {"requirements.txt": "fastapi==0.110.0\nfastapi==0.111.0\n"},
        ((DIFFERS, "==0.110.0 (requirements.txt), ==0.111.0 (requirements.txt)"),),
    ),
    Trap(
        "two pins for two platforms",
        {
            "requirements.txt": "n==1.26; python_version<'3.12'\nn==2.0; python_version>'3.11'\n",
            "image/requirements.txt": "n==2.0\n",
        },
    ),
    Trap(
        "options, links, comments and noise",
        {
            "requirements.txt": "-r other.txt\n-i x==1\n# fastapi==9\nfastapi @ file:x\n==\n",
            "requirements-dev.txt": "fastapi==0.110.0\n-e .\n",
        },
    ),
    Trap(
        "poetry.lock is older than its project",
        {"pyproject.toml": POETRY.format(wanted="^0.111"), "poetry.lock": LOCK},
        ((DIFFERS, "^0.111 (pyproject.toml)"),),
    ),
    Trap(
        "poetry.lock fits", {"pyproject.toml": POETRY.format(wanted="^0.110"), "poetry.lock": LOCK}
    ),
    Trap(
        "uv.lock is older than its project",
        {"pyproject.toml": PROJECT.format(wanted="==0.111.0"), "uv.lock": LOCK},
        ((DIFFERS, "==0.110.0 (uv.lock)"),),
    ),
    Trap(
        "wanted, and not in the lock file",
        {"pyproject.toml": PROJECT.format(wanted='", "httpx>=1'), "uv.lock": LOCK},
        ((UNLOCKED, "httpx is wanted by pyproject.toml and is not in uv.lock"),),
    ),
    Trap(
        "Pipfile",
        {
            "Pipfile": '[packages]\nfastapi = "==0.111.0"\nhttpx = "*"\n',
            "Pipfile.lock": json.dumps(
                {"default": {"fastapi": {"version": "==0.110.0"}, "httpx": {}}}
            ),
        },
        ((DIFFERS, "==0.111.0 (Pipfile), ==0.110.0 (Pipfile.lock)"), (UNLOCKED, "httpx")),
    ),
    Trap(
        "setup.py against its lock",
        {
            "setup.py": "setup(install_requires=['fastapi>=0.111'])\n",
            "requirements.txt": "fastapi==0.110.0\n",
        },
        ((DIFFERS, ">=0.111 (setup.py)"),),
    ),
    Trap(
        "npm",
        {
            "package.json": json.dumps(NODE),
            "package-lock.json": npm(**{"aws-cdk": "2.99.1", "typescript": "5.4.2"}),
        },
        ((DIFFERS, "aws-cdk is wanted in versions that differ: ==2.99.1 (package-lock.json)"),),
    ),
    Trap(
        "npm, and another folder's",
        {
            "package.json": json.dumps(NODE),
            "package-lock.json": npm(**{"aws-cdk": "2.101.0", "typescript": "5.4.2"}),
            "web/package.json": json.dumps({"dependencies": {"typescript": "4.0.0"}}),
        },
    ),
    Trap(
        "npm, not locked",
        {"package.json": json.dumps(NODE), "package-lock.json": npm(typescript="5.4.2")},
        ((UNLOCKED, "aws-cdk is wanted by package.json and is not in package-lock.json"),),
    ),
    Trap(
        "many packages of the same files are one finding",
        {
            "requirements.txt": "".join(f"p{at}==1.0\n" for at in range(20)),
            "image/requirements.txt": "".join(f"p{at}==2.0\n" for at in range(20)),
        },
        ((DIFFERS, "image/requirements.txt, requirements.txt disagree on 20 packages"),),
    ),
    Trap(
        "projects apart",
        {
            "a/pyproject.toml": "",
            "a/requirements.txt": "fastapi==0.1\n",
            "b/pyproject.toml": "",
            "b/requirements.txt": "fastapi==0.2\n",
        },
    ),
    Trap(
        "documentation and tests",
        {
            "requirements.txt": "fastapi==0.1\n",
            "docs/requirements.txt": "fastapi==0.2\n",
            "tests/requirements.txt": "fastapi==0.3\n",
        },
    ),
)


@pytest.mark.parametrize("trap", TRAPS, ids=str)
def test_requirements(trap: Trap, plant: Plant) -> None:
    hold(trap, plant)


@pytest.mark.parametrize(
    ("wanted", "version", "verdict"),
    [
        ("", "1.0", True),
        ("*", "1.0", True),
        ("==1.0", "1.0.0", True),
        ("==1.0", "1.0+cpu", True),
        ("==1.0.*", "1.0.7", True),
        ("==1.0.*", "1.1", False),
        ("!=1.0.*", "1.0.3", False),
        (">=1,<2", "1.9", True),
        (">=1,<2", "2.0", False),
        (">=1, !=1.5", "1.5", False),
        ("~=1.4.2", "1.4.9", True),
        ("~=1.4.2", "1.5.0", False),
        ("~=1.4", "1.9", True),
        ("^1.2.3", "1.9.0", True),
        ("^1.2.3", "2.0.0", False),
        ("^0.2.3", "0.2.9", True),
        ("^0.2.3", "0.3.0", False),
        ("^0", "0.9", True),
        ("~1.2.3", "1.2.9", True),
        ("~1.2", "1.3.0", False),
        ("1.2.x", "1.2.9", True),
        (">=1.0", "1.0rc1", False),
        (">=1.0.dev1", "1.0a1", True),
        (">1.0", "1.0.post1", True),
        ("<2", "1!0.1", False),
        (">=1 <2", "1.5", True),
        ("workspace:*", "1.0", None),
        ("^1 || ^2", "3.0", None),
        (">=abc", "1.0", None),
    ],
)
def test_what_a_specifier_allows(wanted: str, version: str, verdict: bool | None) -> None:
    assert allows(wanted, version) is verdict


def test_one_version_may_be_written_in_two_ways() -> None:
    assert same("1.0", "1.0.0")
    assert same("v1.0a1", "1.0.alpha.1")
    assert not same("1.0", "1.0.post1")
    assert same("main", "main")
