"""Reading two entry points: right or undecided, never wrong, nothing run, nothing imported."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from gate.checks.parity import Target, check
from gate.inspection.runner import Interpreter
from gate.report import CannotLook, Finding
from tests.gate.parity_cases import BASE, HEALTH, SHARED, Case, cases, catalogue, source
from tests.gate.parity_score import READ, RIGHT, UNDECIDED, WRONG, Record
from tests.gate.planting import REPOSITORY, Plant, RunGate

NOT_KNOWN = "parity.undecided"
BACKEND = REPOSITORY / "lambda_src/backend"


def target(root: Path, **options: object) -> Target:
    names = {"reference": "main:app", "candidate": "lazy_app:app", **options}
    return Target(Interpreter(root), static=True, **names)  # type: ignore[arg-type] # as given


def findings(root: Path, **options: object) -> tuple[Finding, ...]:
    return check(target(root, **options)).findings


def rules(found: tuple[Finding, ...]) -> set[str]:
    return {finding.rule for finding in found}


@pytest.mark.parametrize("drift", catalogue("drift", "drifts.toml"))
def test_a_drift_is_found_or_undecided(drift: Case, plant: Plant, record_property: Record) -> None:
    found = findings(plant(drift.tree))
    undecided = rules(found) == {NOT_KNOWN}
    right = bool(found) and rules(found) <= set(drift.expected)
    record_property(READ, UNDECIDED if undecided else RIGHT if right else WRONG)
    assert undecided or right, found
    assert undecided or any(drift.said in finding.message for finding in found), found
    assert all(finding.places and finding.fix for finding in found)


@pytest.mark.parametrize("same", catalogue("same", "harmless.toml"))
def test_a_harmless_rewrite_is_the_same_or_undecided(
    same: Case, plant: Plant, record_property: Record
) -> None:
    found = findings(plant(same.tree))
    undecided = rules(found) == {NOT_KNOWN}
    record_property(READ, UNDECIDED if undecided else RIGHT if not found else WRONG)
    assert undecided or not found, found


# Of the catalogue, what the documentation says that nobody can read: patches, and code in a text.
BEYOND = {
    *("a patched framework", "a patched application", "a patched module", "code in a text"),
    *("method of the framework replaced", "replaced otherwise", "the frameworks mended alike"),
    "functions of the framework replaced, as by an agent",
}


def test_most_of_the_catalogue_is_decided(plant: Plant) -> None:
    every = [*cases("drift", "drifts.toml"), *cases("same", "harmless.toml")]
    undecided = {case.name for case in every if rules(findings(plant(case.tree))) == {NOT_KNOWN}}
    assert undecided >= BEYOND
    assert len(undecided - BEYOND) < (len(every) - len(BEYOND)) / 8, undecided


@pytest.mark.parametrize("unseen", catalogue("unseen", "unseen.toml"))
def test_an_entry_point_that_cannot_be_seen_never_passes(unseen: Case, plant: Plant) -> None:
    root = plant({"main.py": source(""), "shared.py": SHARED, "lazy_app.py": unseen.code})
    assert findings(root)


# What an entry point may do that reading cannot follow, and the line that stops it.
STOPS = [
    ("exec('app = FastAPI()')", "exec() can change anything"),
    ("globals()['app'] = FastAPI()", "globals() can change anything"),
    ("import os; os._exit(0)", "os._exit() ends the process"),
    ("raise RuntimeError", "an exception is raised"),
    ("undefined", "the name undefined is not defined"),
    ("shared.nothing", "shared has no nothing"),
    ("from shared import nothing", "shared does not define nothing"),
    ("import shared.below", "there is no module shared.below"),
    ("from somewhere import *", "an import of * from outside of the tree"),
    ("1 / 0", "ZeroDivisionError: division by zero"),
    ("{}['a']", "there is no 'a' in it"),
    ("assert False", "an assertion fails"),
    ("import instrumentation", "what the import of instrumentation changes is not known"),
    ("import sentry_sdk; sentry_sdk.init()", "what the import of sentry_sdk changes is not known"),
    ("(lambda: app)(1)", "the call does not fit <lambda>()"),
    ("import sys; sys.modules['x'] = 1", "sys.modules gives anything by another name"),
    ("r = APIRouter(); app.include_router(r); r.get('/x')(id)", "changed after it was included"),
    ("import shared as s; sorted(s)", "the module shared is given away"),
    ("app.middleware_stack = 1", "the application's middleware_stack is set"),
    ("app.frobnicate()", "it has no frobnicate"),
    ("while app: pass", "the application is changed in a way that is not known"),
    ("FastAPI.get = 1", "what this changes is not known"),
    ("def f(x: undefined): ...", "the name undefined is not defined"),
    ("class C: x: undefined = 1", "the name undefined is not defined"),
    ("x: shared.nothing = 1", "the name shared.nothing is not defined"),
    ("len()", "the call does not fit len()"),
    ("None()", "it cannot be called"),
    ("True[:]", "it has no items"),
    ("'%D' % 1", "ValueError: unsupported format character"),
    ("'%d' % ('a',)", "TypeError: %d format"),
    ("[].append()", "the call does not fit append()"),
    ("sorted.append(1)", "it has no append"),
    ("APIRouter().add_middleware(GZipMiddleware)", "it has no add_middleware"),
    ("GZipMiddleware.append(1)", "it has no append"),
    ("sorted([1], key=lambda _: exec(''))", "exec can change anything"),
    ("sorted([1], key=lambda _: undefined)", "the name undefined is not defined"),
    ("CORSMiddleware(app).add_middleware(GZipMiddleware)", "has no add_middleware"),
    ("app.get()", "the call does not fit get()"),
    ("app.get('/y', sumary='s')(shared.audit)", "the call does not fit get()"),
    ("APIRouter(prefx='/y')", "the call does not fit fastapi.routing.APIRouter()"),
    ("APIRouter(prefix='y')", "APIRouter() cannot take this as its prefix"),
    ("app.include_router(GZipMiddleware)", "include_router() cannot take this as its router"),
    ("app.get('/y')(5)", "it cannot be called"),
    ("app.title(1)", "the call does not fit title()"),
    ("FastAPI.get('/y')", "is called of the class"),
    ("import warnings; warnings.simplefilter()", "the call does not fit warnings.simplefilter()"),
    ("import os; os.frobnicate", "it has no frobnicate"),
    ("from os import frobnicate", "it has no frobnicate"),
    ("str(1, sep=2)", "the call does not fit str()"),
    ("if shared.users: app.get()", "the call does not fit get()"),
    ("next(iter([]))", "next() may come to an end"),
    ("for _ in True: pass", "it has no items"),
    ("app.title = shared", "title cannot be this"),
    ("True.x = 1", "it has no x"),
    ("shared ** 2", "an operator cannot take this"),
    ("class C(1): ...", "a class cannot be derived from this"),
    ("class C(shared): ...", "a class cannot be derived from this"),
    ("import logging; logging.getLogger().nothing()", "it has no nothing"),
]


@pytest.mark.parametrize(("code", "reason"), STOPS)
def test_what_stopped_it_is_named_with_its_line(code: str, reason: str, plant: Plant) -> None:
    root = plant({"main.py": source(""), "lazy_app.py": source(f"\n{code}"), "shared.py": SHARED})
    (finding,) = findings(root)
    assert finding.rule == NOT_KNOWN
    assert finding.message.startswith("undecided: ")
    assert reason in finding.message
    assert finding.fix == "run without --static"
    assert (Path(finding.places[0].path).name, finding.places[0].line) == (
        "lazy_app.py",
        source("\n#here").splitlines().index("#here") + 1,
    )


# The same unknown thing on both sides is the same where it surely does not fail.
BOTH = [
    "import os\nif os.environ.get('GZIP'): app.add_middleware(GZipMiddleware)",
    "import os\napp.title = os.getenv('TITLE', 'a') + str(os.cpu_count())",
    "import os\nos.environ['A'] = 'b'",
    "import os\nfor path in os.getenv('PATHS', '').split(','): app.state.path = path",
    "try:\n    import fast\nexcept ImportError:\n    fast = None",
    "import threading\nlock = threading.Lock()\nwith lock:\n    app.add_middleware(GZipMiddleware)",
]
# And undecided where it may.
BOTH_MAY_FAIL = [
    "import instrumentation; instrumentation.instrument(app)",
    "from settings import settings\nif settings.gzip: app.add_middleware(GZipMiddleware)",
    "import plugins\nfor plugin in plugins.all(): app.include_router(plugin.router)",
    "for route in app.routes: route.operation_id = route.name",
    "while k:\n    k -= 1\n    app.add_middleware(GZipMiddleware)",
    "app.openapi = lambda: {}",
    "import os\nos.environ['A'] = 'b'\napp.title = os.environ['A']",
]


# The same text, of which each side makes something else by what a name stood for at the time.
BOUND = [
    ("class C: size = 1", "class C(BaseModel): ...", "class C(C): ...\napp.state.c = C"),
    (
        "n = 1",
        "n = 2",
        "from functools import partial\nadd = partial(app.add_middleware, GZipMiddleware)\n"
        "for _ in range(n): add(minimum_size=5)",
    ),
    ("A = int", "A = str", "@app.get('/a')\ndef a(x: A): ...\nA = bytes"),
    ("A = int", "A = str", "class M(BaseModel): x: A\nA = bytes\napp.state.m = M"),
]


ADDED = "app.add_middleware(GZipMiddleware, minimum_size={})"
# The same code runs where nobody follows it, and reads what is something else by the end.
LATE = [
    ("k = 0", "k = 1", "while k:\n    k -= 1\n    app.add_middleware(GZipMiddleware)"),
    (
        "n = 1",
        "n = 2",
        "class D:\n    def __set_name__(self, o, n): app.state.x = n\n"
        "for _ in range(n):\n    class E: d = D()\n    app.state.y = n",
    ),
    (
        "size = 1",
        "size = 2",
        f"def f(): {ADDED.format('size')}\nlist(map(lambda _: f(), [1]))\nsize = 3",
    ),
    (
        "class S: ...\ns = S()\ns.size = 1",
        "class S: ...\ns = S()\ns.size = 2",
        f"sorted([1], key=lambda _: {ADDED.format('s.size')} or 0)\ns.size = 3",
    ),
    (
        "shared.size = 1",
        "shared.size = 2",
        f"sorted([1], key=lambda _: {ADDED.format('shared.size')} or 0)\nshared.size = 3",
    ),
    (
        "s = [1]",
        "s = [2]",
        "import json\napp.title = json.dumps(s)\ns[0] = 3",
    ),
    (
        "n = 1",
        "n = 2",
        "from functools import reduce\nx = reduce(lambda a, b: a + n, [1, 2])\nn = 3\n"
        f"{ADDED.format('x')}",
    ),
]


def test_a_setting_that_is_asked_for_is_as_it_was_then(plant: Plant) -> None:
    asks, says = "if app.debug: app.add_middleware(GZipMiddleware)", "app.debug = True"
    first = "app.get('/first')(shared.audit)"
    both = {
        "main.py": source(f"{first}\n{asks}\n{says}"),
        "lazy_app.py": source(f"{says}\n{asks}\n{first}"),
    }
    assert findings(plant({**both, "shared.py": SHARED})) != ()


@pytest.mark.parametrize(("one", "other", "code"), LATE)
def test_what_code_reads_is_as_it_was_when_it_ran(
    one: str, other: str, code: str, plant: Plant
) -> None:
    both = {"main.py": source(f"{one}\n{code}"), "lazy_app.py": source(f"{other}\n{code}")}
    assert findings(plant({**both, "shared.py": SHARED})) != ()


# What the interpreter calls by itself, each with what makes it do so.
SPECIAL = [
    ("def __bool__(self): return {} or True", "if K(): pass"),
    ("def __bool__(self): return {} or True", "not K()"),
    ("def __len__(self): return {} or 1", "[x for x in [1] if K()]"),
    ("def __str__(self): return {} or ''", "print(K())"),
    ("def __format__(self, s): return {} or ''", "f'{K()}'"),
    ("def __eq__(self, o): return {} or True", "K() == 1"),
    ("def __contains__(self, o): return {} or True", "1 in K()"),
    ("def __add__(self, o): return {} or 1", "K() + 1"),
    ("def __neg__(self): return {} or 1", "-K()"),
    ("def __hash__(self): return {} or 1", "{K(): 1}"),
    ("def __hash__(self): return {} or 1", "{K()}"),
    ("def __getitem__(self, n): return {}", "K()[1]"),
    ("def __class_getitem__(cls, n): return {}", "K[1]"),
    ("def __getattr__(self, n): return {}", "K().x"),
    ("def __getattribute__(self, n): return {}", "K().x"),
    ("def __setattr__(self, n, v): {}", "K().x = 1"),
    ("def __get__(self, o, t): return {}", "class L: k = K()\nL().k"),
    ("def __iter__(self): return {} or iter(())", "[*K()]"),
    ("def __call__(self): {}", "K()()"),
    ("def __enter__(self): {}\n    def __exit__(self, *a): ...", "with K(): pass"),
    ("def __del__(self): {}", "K()"),
    ("def __new__(cls): return {}", "K()"),
    ("def __init__(self): super().__init__(); {}", "K()"),
    ("@property\n    def x(self): return {}", "K().x"),
    ("@property\n    def x(self): ...\n    @x.setter\n    def x(self, v): {}", "K().x = 1"),
    ("def __init__(self, n: ({}) = 1): ...", "pass"),
]


@pytest.mark.parametrize(("method", "use"), SPECIAL)
def test_what_a_special_method_does_never_passes_unseen(
    method: str, use: str, plant: Plant
) -> None:
    act = "app.add_middleware(GZipMiddleware)"
    code = f"class K:\n    {method.replace('{}', act)}\n{use}"
    both = {"main.py": source(""), "lazy_app.py": source(f"\n{code}"), "shared.py": SHARED}
    assert findings(plant(both)) != ()


def test_a_generator_that_nobody_asks_does_nothing(plant: Plant) -> None:
    act = "app.add_middleware(GZipMiddleware)"
    both = {"main.py": source(act), "lazy_app.py": source(f"\n({act} for _ in [1])")}
    assert findings(plant({**both, "shared.py": SHARED})) != ()


# Contexts and exceptions that let everything out are followed.
FOLLOWED = [
    "import threading\nlock = threading.Lock()\nwith lock: {}",
    "from contextlib import contextmanager\n@contextmanager\ndef c():\n"
    "    try:\n        yield app\n    finally: pass\nwith c() as a: {}",
    "try: {}\nexcept KeyError as exc: raise RuntimeError from exc",
    "try: {}\nfinally: pass",
    "'a'.join(x for x in 'b') and {}",
]


@pytest.mark.parametrize("code", FOLLOWED)
def test_contexts_that_swallow_nothing_are_followed(code: str, plant: Plant) -> None:
    act = "app.add_middleware(GZipMiddleware)"
    files = {"lazy_app.py": source(f"\n{code.replace('{}', act)}"), "shared.py": SHARED}
    assert findings(plant({**files, "main.py": source(act)})) == ()
    assert rules(findings(plant({**files, "main.py": source("")}))) == {"parity.middleware.extra"}


def test_a_drift_of_the_real_backend_is_decided(tmp_path: Path) -> None:
    root = tmp_path / "backend"
    shutil.copytree(BACKEND, root, ignore=shutil.ignore_patterns("__pycache__"))
    more = "\nfrom starlette.middleware.trustedhost import TrustedHostMiddleware\n"
    more += "app.add_middleware(TrustedHostMiddleware, allowed_hosts=['a'])\n"
    with (root / "main.py").open("a", encoding="utf-8") as stream:
        stream.write(more)
    assert rules(findings(root)) == {"parity.middleware.missing"}
    (found,) = findings(root, prepare="lazy_app:load_all_routers")
    assert found.rule == NOT_KNOWN  # of models and schemas other packages say whether they work
    assert "TrustedHostMiddleware(allowed_hosts=['a']) is in main:app" in found.detail
    with (root / "lazy_app.py").open("a", encoding="utf-8") as stream:
        stream.write(more)
    assert rules(findings(root)) == {"parity.middleware.missing"}


@pytest.mark.parametrize(("one", "other", "code"), BOUND)
def test_names_stand_for_what_they_did_at_the_definition(
    one: str, other: str, code: str, plant: Plant
) -> None:
    both = {"main.py": source(f"{one}\n{code}"), "lazy_app.py": source(f"{other}\n{code}")}
    assert findings(plant({**both, "shared.py": SHARED})) != ()
    same = {**both, "lazy_app.py": both["main.py"] + "# moved\n"}
    assert findings(plant({**same, "shared.py": SHARED})) == ()


LAZY = "from __future__ import annotations\n"


@pytest.mark.parametrize(("top", "annotation"), [("", "'Gone'"), (LAZY, "Gone")])
def test_an_endpoint_of_which_an_annotation_names_nothing_never_passes(
    top: str, annotation: str, plant: Plant
) -> None:
    code = top + source(f"@app.get('/y')\ndef y(x: {annotation}): ...")
    (finding,) = findings(plant({"main.py": code, "lazy_app.py": f"{code}#", "shared.py": SHARED}))
    assert finding.message == "undecided: the name Gone is not defined"


def test_numbered_middleware_beside_a_conditional_one_is_undecided(plant: Plant) -> None:
    more = "app.add_middleware(GZipMiddleware, minimum_size={})"
    maybe = f"import os\nif os.environ.get('NO_SUCH'): {more.format(7)}"
    reference = "\n".join([more.format(1), maybe, more.format(2)])
    candidate = "\n".join([more.format(2), more.format(1)])
    both = {"main.py": source(reference), "lazy_app.py": source(candidate), "shared.py": SHARED}
    assert rules(findings(plant(both))) == {NOT_KNOWN}


@pytest.mark.parametrize("code", BOTH)
def test_what_is_unknown_in_both_is_the_same(code: str, plant: Plant) -> None:
    both = {"main.py": source(code), "lazy_app.py": source(f"# moved\n{code}")}
    assert findings(plant({**both, "shared.py": SHARED})) == ()
    drifted = source(f"{code}\napp.add_middleware(CORSMiddleware)")
    assert findings(plant({**both, "lazy_app.py": drifted})) != ()


@pytest.mark.parametrize("code", BOTH_MAY_FAIL)
def test_what_is_unknown_in_both_and_may_fail_is_undecided(code: str, plant: Plant) -> None:
    both = {"main.py": source(code), "lazy_app.py": source(f"# moved\n{code}")}
    assert rules(findings(plant({**both, "shared.py": SHARED}))) == {NOT_KNOWN}


def test_the_real_backend_is_a_single_entry_point() -> None:
    report = check(target(BACKEND, prepare="lazy_app:load_all_routers"))
    assert report.findings == ()
    assert report.notes == ("single entry point: main:app is lazy_app:app",)


def test_the_incident_is_seen() -> None:
    good, bad = (REPOSITORY / "tests/assets/incident" / name for name in ("good", "gzip_missing"))
    assert rules(findings(good, prepare="lazy_app:load_all_routers")) == {NOT_KNOWN}
    (finding,) = findings(bad, prepare="lazy_app:load_all_routers")
    assert finding.rule == "parity.middleware.missing"
    assert "GZipMiddleware(minimum_size=500) is in main:app" in finding.message


def test_nothing_is_run(plant: Plant, tmp_path: Path) -> None:
    mark = tmp_path / "was here"
    code = f"import pathlib\npathlib.Path({str(mark)!r}).touch()\n"
    findings(plant({"main.py": code + BASE, "lazy_app.py": code + BASE, "shared.py": code}))
    assert not mark.exists()


def test_undecided_passes_only_where_that_is_allowed(plant: Plant, run_gate: RunGate) -> None:
    files = {"main.py": source(""), "lazy_app.py": source("exec('')"), "shared.py": SHARED}
    root = plant({**files, "pyproject.toml": '[tool.gate]\nroot = "."\n'})
    done = run_gate("parity", "--static", cwd=root)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.splitlines()[0] == "parity: undecided: exec() can change anything"
    assert done.stdout.splitlines()[-2] == "  fix: run without --static"
    done = run_gate("parity", "--static", "--allow-undecided", cwd=root)
    assert (done.returncode, done.stderr) == (0, "")
    said = "parity: undecided: exec() can change anything (lazy_app.py:19); run without --static\n"
    assert done.stdout == f"{said}parity: passed\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--static", "--environments"), "say one of them"),
        (("--allow-undecided",), "--allow-undecided goes with --static"),
        (("--static", "--reference", "gone:app"), "gone.py: no such file below"),
        (("--static", "--reference", "gone"), "must be module:attribute"),
        (("--static", "--root", "nowhere"), "nowhere: no such folder"),
    ],
)
def test_bad_options_are_2(
    arguments: tuple[str, ...], said: str, plant: Plant, run_gate: RunGate
) -> None:
    files = {"main.py": source(""), "lazy_app.py": source(""), "shared.py": SHARED}
    root = plant({**files, "pyproject.toml": '[tool.gate]\nroot = "."\n'})
    done = run_gate("parity", *arguments, cwd=root)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_file_that_is_not_there_cannot_be_looked_at(plant: Plant) -> None:
    with pytest.raises(CannotLook, match=r"gone\.py: no such file"):
        findings(plant({"main.py": source("")}), candidate="gone:app")


# What the quick way imports is what a commit waits for.
SLOW = ("argparse", "typing", "re", "dataclasses", "pathlib", "json", "inspect", "tomllib", "ast")
IMPORTED = """
import sys
from gate import quick
code = quick.answer(["parity", "--static"])
print(code, *sorted(name for name in sys.modules if name in {slow!r} or name == "gate.cli"))
"""


def test_a_pass_imports_nothing_that_is_slow() -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-I",
            "-c",
            f"import sys; sys.path.insert(0, '.'){IMPORTED.format(slow=SLOW)}",
        ],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines() == [
        "parity: single entry point: main:app is lazy_app:app",
        "parity: passed",
        "0",
    ]


def test_factories_and_dotted_names(plant: Plant) -> None:
    files = {
        "main.py": f"{BASE}def create_app():\n    app = FastAPI()\n"
        "    @app.get('/health')\n    def health(): return 1\n    return app\n",
        "lazy_app.py": "import main\nclass server: app = main.create_app()\n",
        "shared.py": SHARED,
    }
    names = {"reference": "main:create_app()", "candidate": "lazy_app:server.app"}
    assert findings(plant(files), **names) == ()


def test_prepared_routers_are_compared(plant: Plant) -> None:
    files = {
        "main.py": source("from more import router\napp.include_router(router)"),
        "lazy_app.py": source(
            "import importlib\n"
            "def load(): app.include_router(importlib.import_module('more').router)"
        ),
        "more.py": "from fastapi import APIRouter\nrouter = APIRouter()\n"
        "@router.get('/more')\ndef more(): ...\n",
        "shared.py": SHARED,
    }
    assert rules(findings(plant(files))) == {"parity.route.missing"}
    assert findings(plant(files), prepare="lazy_app:load") == ()


GZIP = "app.add_middleware(GZipMiddleware)"
SAID = "@app.get('/said')\ndef said(): return {}"


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("", "", set()),
        (GZIP, "", {"parity.middleware.missing"}),
        (SAID.format(1), SAID.format(1), set()),
        (SAID.format(1), SAID.format(2), {"parity.endpoint.differs"}),
    ],
)
def test_factories_in_modules_of_their_own_are_the_entry_points_own(
    one: str, other: str, expected: set[str], plant: Plant
) -> None:
    entry = "from {}.factory import app\n"
    bodies = (("a", one), ("b", other))
    files = {f"{name}/factory.py": source(f"{body}\n# {name}") for name, body in bodies}
    entries = {"main.py": entry.format("a"), "lazy_app.py": entry.format("b")}
    root = plant({**files, **entries, "shared.py": SHARED})
    assert rules(findings(root)) == expected
    assert rules(check(replace(target(root), static=False)).findings) == expected


def test_hostile_sources_end_in_a_verdict(plant: Plant) -> None:
    deep = [b"app = " + b"(" * n + b")" * n for n in (50, 500, 100_000)]
    more = [
        b"",
        b"\x00",
        b"\xff\xfe",
        b"\xef\xbb\xbfapp = 1",
        b"# coding: nonsense\n",
        b"x" * 5_000_000,
    ]
    doubling = "app = 1\nx = [app]\n" + "x = [x, x]\n" * 60 + "y = 'a'\n" + "y = f'{y}{y}'\n" * 60
    endless = "def f(g): return g(g)\nf(f)\n"
    growing = "x = []\n" + "x += [x]\n" * 300
    sources = [*deep, *more, source(endless).encode(), doubling.encode(), growing.encode()]
    root = plant({"main.py": source(""), "lazy_app.py": "", "shared.py": SHARED})
    for hostile in sources:
        (root / "lazy_app.py").write_bytes(hostile)
        assert findings(root) != (), hostile[:50]


@pytest.mark.parametrize(
    "code",
    ["nonlocal x", "return", "break", "def f(x): global x", "def f(): await x", "def f(x, x): ..."],
)
def test_what_parses_and_does_not_compile_never_passes(code: str, plant: Plant) -> None:
    root = plant({"main.py": source(""), "lazy_app.py": source(f"\n{code}"), "shared.py": SHARED})
    (finding,) = findings(root)
    assert finding.rule == "parity.import-failed"
    assert "SyntaxError" in finding.message


LINES = [line for case in cases("drift", "drifts.toml") for line in case.candidate.splitlines()]


def mutated(text: str, choose: random.Random) -> bytes:
    """Return a source with lines and bytes changed at random."""
    lines = text.splitlines()
    for _ in range(choose.randint(1, 4)):
        at = choose.randrange(len(lines))
        lines[at : at + choose.randint(0, 2)] = [choose.choice(LINES), choose.choice(lines)]
    data = bytearray("\n".join(lines), "utf-8")
    for _ in range(choose.choice((0, 0, 1, 3))):
        data[choose.randrange(len(data))] = choose.randrange(256)
    return bytes(data)


@seed(20251230)
@settings(
    max_examples=300,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(case=st.sampled_from(cases("same", "harmless.toml")), number=st.integers(0, 2**32))
def test_whatever_the_source_it_ends_in_a_verdict(case: Case, number: int, plant: Plant) -> None:
    root = plant({**case.tree, "other.py": HEALTH})
    data = mutated(case.tree["lazy_app.py"], random.Random(number))  # noqa: S311 - no secret
    (root / "lazy_app.py").write_bytes(data)
    found = findings(root)
    try:
        compile(data, "lazy_app.py", "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        assert found, data
