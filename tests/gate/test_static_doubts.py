"""What may fail is never "the same", where both sides say it or there is but one."""

from __future__ import annotations

import pytest

from gate.static import known, library
from gate.static.templates import is_pattern, parameters
from tests.gate.differential.running import Running
from tests.gate.parity_cases import HEALTH, SHARED, source
from tests.gate.planting import Plant
from tests.gate.test_parity_static import NOT_KNOWN, findings, rules

ROUTE = "@app.get('/x')\ndef x({}): ..."
PATH = "@app.get('/x/{{y}}')\ndef x({}): ..."
PLAIN = "class Plain: ...\n"

# Code at the top of an entry point that fails when it is imported, documented or looked at.
FAILS = [
    # calls of the standard library
    "import logging; logging.getLogger(5)",
    "import logging; logging.getLogger('a').setLevel('LOUD')",
    "import logging; logging.basicConfig(level='LOUD')",
    "import os; os.environ['MISSING_']",
    "import os; os.environ.get('MISSING_').lower()",
    "import os; int(os.environ.get('MISSING_'))",
    "import os; os.getenv(1)",
    "import os; os.environ['A'] = 1",
    "import os; os.environ[''] = 'a'",
    "import json; json.loads('{')",
    "import json; json.dumps(object())",
    "import re; re.compile('(')",
    "import re; re.compile('a**')",
    "from pathlib import Path; Path(1)",
    "from pathlib import Path; Path('a') / 1",
    "from pathlib import Path; Path('a').reed()",
    "from datetime import timedelta; timedelta(days='1')",
    "from datetime import datetime; datetime.now('utc')",
    "from functools import partial; partial(1)",
    "from functools import partial; partial(int, base=2)('3')",
    "from functools import lru_cache\n@lru_cache\ndef f(a): ...\nf([])",
    "import importlib; importlib.import_module('no_such_module')",
    "open('/no/such/file')",
    "int('x')",
    "float('x')",
    "len(5)",
    "sorted([1, 'a'])",
    "sum(['a'])",
    "max([])",
    "chr(-1)",
    "range(1, 2, 0)",
    "reversed({1})",
    "next(iter([]))",
    "isinstance(1, 5)",
    "'%d' % 'a'",
    "'{} {}'.format(1)",
    "'a'.encode('no-such-codec')",
    "f'{1:q}'",
    # names, members, items, operators
    "{}['a']",
    "[][1]",
    "(1, 2)['a']",
    "x_, y_ = 1, 2, 3",
    "x_, y_ = app.routes",
    "1 / 0",
    "1 + 'a'",
    "1 < 'a'",
    "1 in 2",
    "-'a'",
    "[] + ()",
    "app.title + 1",
    "{[]: 1}",
    "{(1, []): 1}",
    "{{}}",
    "set([[]])",
    "x_ = {}; x_[[]] = 1",
    "x_ = [1]; x_[5] = 1",
    "x_ = (1,); x_[0] = 1",
    "x_ = 1; del x_; x_",
    "if app.routes: x_ = 1\nx_",
    "for x_ in app.routes: pass\nx_.nothing",
    "try: 1 / 0\nexcept ZeroDivisionError as x_: pass\nx_",
    "try: nothing_\nexcept KeyError: pass",
    "try: {}['a']\nexcept (ValueError, IndexError): pass",
    "try: 1 / 0\nexcept TypeError: pass",
    "try:\n    x_ = users\n    raise KeyError\nexcept KeyError: pass\n[i for i in x_]",
    "try:\n    x_ = 1\n    x_ = 'a'\nexcept Exception: pass\nx_.lower()",
    "try:\n    while app: pass\nexcept Exception: pass",
    "super()",
    "~2.5",
    "zip([1], [2]).copy()",
    "{'a': 1}.keys()[0]",
    "enumerate([1])[0]",
    "len(zip([1]))",
    "range(2) + [1]",
    "x_ = zip([1])\nfor i in x_: pass\nfor i in x_: pass\nelse: {}['a']",
    "x_ = reversed([1, 2])\na, b = x_\na, b = x_",
    "[1].__name__",
    "{1}.copy(1)",
    "{'a': 1}.get('a', 1, 2)",
    "{'a': 1}.get('a', default=2)",
    "{1: 2}.setdefault(users)",
    "-1 in b'a'",
    "x_, y_ = [1, *{2, 3}]",
    "def f():\n    print(users)\n    users = 1\nf()",
    "def f(): return 1\nf().nothing",
    "def f(a): ...\nf(1, a=2)",
    "def f(a): ...\nf(**{'b': 1})",
    "def f(**k): ...\nf(a=1, **{'a': 2})",
    "def f(a=(x for x in y_)): ...",
    "def f(): f()\nf()",
    "def f(x: 1 | 'a'): ...",
    "def f(x: list[int, undefined_]): ...",
    "def f(x: 'a' | None): ...",
    "def f(x: app.nothing): ...",
    "def f(x: users()): ...",
    "import typing\ndef f(x: typing.Dict[int]): ...",
    "if app.routes: raise RuntimeError",
    "assert not app.routes",
    "x_ = [1, 2]\nfor i in x_: x_.append(i) if len(x_) < 4 else x_[9]",
    "x_ = [1]\nfor at, i in enumerate(x_): x_.append(i) if len(x_) < 4 else x_[9]",
    "x_ = {1: 2}\nfor i in x_.keys(): x_[i + 1] = 1",
    "x_ = [1]\n[x_.append(i) for i in x_ if len(x_) < 9 or x_[9]]",
    "class C:\n    if app.routes: x = 1\nC.x",
    "shared.users.nothing",
    "app.state.nothing",
    "app.router.nothing",
    "app.routes = []",
    "app.add_middleware.nothing",
    "shared.require_user.nothing",
    "import concurrent; concurrent.futures",
    "import os.nothing",
    "import logging.nothing",
    "import winreg",
    "import no_such_package",
    "from no_such_package import a",
    "from os import nothing",
    "from os import _nothing",
    "from socket import nothing",
    "from fastapi import nothing",
    "from fastapi import FastApi",
    "from fastapi import _nothing",
    "from fastapi.middleware.base import BaseHTTPMiddleware",
    "from fastapi.middleware.gzip import IdentityResponder",
    "from fastapi.responses import ContentStream",
    "from fastapi import status; status.HTTP_299_NOTHING",
    "from fastapi.status import HTTP_299_NOTHING",
    "from starlette.nothing import a",
    "from pydantic import BaseModle",
    "import main as one_, lazy_app as other_; one_.health; other_.health",
    "from lazy_app import health; from main import health",
    # classes
    "class C(int, str): ...",
    "class A: ...\nclass B(A): ...\nclass C(A, B): ...",
    "class A: ...\nclass C(A, A): ...",
    "class C(bool): ...",
    "class A(metaclass=type): ...\nclass C(A, A): ...",
    "from typing import Protocol\nclass P(Protocol): ...\nisinstance(1, P)",
    "from dataclasses import field\nfield(default=1, default_factory=list)",
    "class M(type): ...\nclass N(type): ...\nclass A(metaclass=M): ...\n"
    "class C(A, metaclass=N): ...",
    "class C(nothing_): ...",
    "class C(shared.require_user): ...",
    "class C(BaseModel, Enum): ...",
    "class C:\n    __slots__ = ('a',)\n    a = 1",
    "class C:\n    __slots__ = ('a',)\nC().b = 1",
    "class E(Enum):\n    A = 1\n    A = 2",
    "class E(Enum): A = 1\nclass F(E): B = 2",
    "class E(Enum): A = 1\nE.B",
    "class E(Enum): A = 1\nE(2)",
    "class E(int, Enum): A = 'a'",
    "from dataclasses import dataclass\n@dataclass\nclass C: a: list = []",
    "from dataclasses import dataclass\n@dataclass\nclass C:\n    a: int = 1\n    b: int",
    "from dataclasses import dataclass\n@dataclass\nclass C: a: int\nC()",
    "from dataclasses import dataclass\n@dataclass(forzen=True)\nclass C: a: int",
    "from abc import ABC, abstractmethod\nclass C(ABC):\n    @abstractmethod\n"
    "    def f(self): ...\nC()",
    "class C:\n    def __init__(self, a): ...\nC()",
    "class C:\n    def __init__(self): super(C, 1).__init__()\nC()",
    "class C(Exception):\n    def __init__(self, a): ...\nC()",
    "class C: ...\nC(1)",
    "class C: ...\nC().nothing",
    "class C: ...\nC()()",
    "class C: ...\nC() + 1",
    "class C: ...\nC() < C()",
    "class C:\n    @property\n    def p(self): ...\nC().p = 1",
    "class C:\n    @property\n    def p(self): return {}['a']\nC().p",
    "class C:\n    def __eq__(self, o): ...\n{C(): 1}",
    f"{PLAIN}class M(BaseModel): p: Plain",
    "class M(BaseModel): x = 1",
    "class M(BaseModel):\n    'One.'\nM1 = M\nclass M(BaseModel):\n    'Two.'",
    "class Out(BaseModel): x: int",
    "class M(BaseModel): x: undefined_",
    "class M(BaseModel): x: int = 1\nM.x",
    "class M(BaseModel): x: int\nM()",
    "class M(BaseModel): model_config = 5",
    "from pydantic import field_validator\nclass M(BaseModel):\n    x: int\n"
    "    @field_validator('y')\n"
    "    def v(cls, v): return v",
    # decorators that give other things
    "def d(f): ...\n@d\ndef g(): ...\ng()",
    "@shared.users\ndef g(): ...",
    "@app.get('/y')\n@staticmethod\ndef g(): ...",
    "@5\ndef g(): ...",
    # applications
    "app = FastAPI(title=3)",
    "app = FastAPI(title='')",
    "app = FastAPI(version=None)",
    "app = FastAPI(docs_url='docs')",
    "app = FastAPI(openapi_tags=[{'name': 5}])",
    "app = FastAPI(servers=[5])",
    "app = FastAPI(contact={'url': 'nothing'})",
    "app = FastAPI(middleware=[5])",
    "app = FastAPI(middleware=[Middleware(5)])",
    "app = FastAPI(routes=[5])",
    "app = FastAPI(dependencies=[5])",
    "app = FastAPI(dependencies=[Depends(5)])",
    "app = FastAPI(dependencies=[Depends()])",
    "app = FastAPI(dependencies=[Depends(lambda a: a, use_cache='x')])",
    "app = FastAPI(exception_handlers={5: 5})",
    "app = FastAPI(lifespan=5)",
    "app = FastAPI(responses={'x': 5})",
    "app = FastAPI(generate_unique_id_function=lambda r: 1 / 0)",
    "app = FastAPI(**{'title': 5})",
    "app = FastAPI(*[1])",
    "class A(FastAPI):\n    def __init__(self): ...\napp = A()",
    "app.title = 5",
    "app.openapi = lambda: 1 / 0",
    "APIRouter(prefix='users')",
    "APIRouter(prefix='/users/')",
    "APIRouter(prefix=5)",
    "APIRouter(route_class=5)",
    "app.add_middleware(5)",
    "app.add_middleware()",
    "app.add_middleware(GZipMiddleware(app, minimum_size='x'))",
    "CORSMiddleware(app, allow_origin_regex='(')",
    "app.add_exception_handler(5, 5)",
    "APIRouter().mount('/', StaticFiles(directory='.'))",
    "app.get('/x', response_class=shared.Roles)(shared.audit)",
    "JSONResponse('a', status_code=None)",
    "app.exception_handler('x')(shared.handle)",
    "app.middleware('ftp')(shared.handle)",
    "app.on_event('lunch')(shared.start)",
    "app.mount('x', FastAPI())",
    "app.mount('/x', 5)",
    "app.mount('/x', StaticFiles(directory='no_such_folder'))",
    "app.include_router(5)",
    "app.include_router(app)",
    "app.include_router(users, prefix='x')",
    "app.include_router(users, prefix='/x/')",
    "app.include_router(users, prefix='/{id}')",
    "app.include_router(users, dependencies=[5])",
    "app.include_router(users, tags=5)",
    "r = APIRouter()\nr.get('')(shared.audit)\napp.include_router(r)",
    "users.include_router(users)",
    "app.dependency_overrides[[]] = 1",
    "app.user_middleware[5]",
    "app.router.routes[99].path",
    # routes
    "app.get(5)(shared.audit)",
    "app.get('/{a}/{a}')(shared.audit)",
    "app.get('/{a:nothing}')(shared.audit)",
    "app.get('/{a')(shared.audit)",
    "app.get('/x', status_code='x')(shared.audit)",
    "app.get('/x', status_code=99999)(shared.audit)",
    "app.get('/x', status_code=204, response_model=shared.Out)(shared.audit)",
    "app.get('/x', status_code=204)(shared.require_user)",
    "app.get('/x', name=5)(shared.audit)",
    "app.get('/x', response_class=5)(shared.audit)",
    "app.get('/x', response_model=shared.audit)(shared.audit)",
    f"{PLAIN}app.get('/x', response_model=Plain)(shared.audit)",
    f"{PLAIN}app.get('/x', response_model=list[Plain])(shared.audit)",
    "app.get('/x', responses={404: 5})(shared.audit)",
    "app.get('/x', responses={404: {'model': shared.audit}})(shared.audit)",
    "app.get('/x', openapi_extra=5)(shared.audit)",
    "app.get('/x')(5)",
    "app.get('/x')(print)",
    "app.get('/x')(app)",
    "app.get('/x')()",
    "app.api_route('/x', methods=[])(shared.audit)",
    "app.api_route('/x', methods=5)(shared.audit)",
    "app.add_api_route('/x', None)",
    "app.add_route('x', shared.audit)",
    "Route('x', shared.audit)",
    "Route('/x', 5)",
    "Mount('x', app)",
    f"{PLAIN}@app.get('/x')\ndef x() -> Plain: ...",
    f"{PLAIN}@app.get('/x')\ndef x() -> list[Plain]: ...",
    f"{PLAIN}@app.get('/x')\ndef x() -> 'Plain': ...",
    f"{PLAIN}{ROUTE.format('a: Plain')}",
    f"{PLAIN}{ROUTE.format('a: dict[str, Plain]')}",
    f"{PLAIN}{ROUTE.format('a: Plain | None = None')}",
    f"from fastapi import Query\n{PATH.format('y: int = Query()')}",
    f"from fastapi import Query\n{ROUTE.format('y: dict = Query()')}",
    f"from fastapi import Query\n{ROUTE.format('y: str = Query(gt=1)')}",
    f"from fastapi import Query\n{ROUTE.format('y: int = Query(pattern=chr(40))')}",
    f"from fastapi import Path\n{PATH.format('y: int = Path(5)')}",
    f"from fastapi import Form\n{ROUTE.format('y: int = Form()')}",
    PATH.format("y: dict"),
    PATH.format("y: shared.Out"),
    ROUTE.format("y=Depends(5)"),
    ROUTE.format("y=Depends(use_cache=5)"),
    ROUTE.format("y=Depends()"),
    ROUTE.format("y: list"),
    ROUTE.format("y: list['shared.Out']"),
    "from typing import Annotated\nfrom fastapi import Query\n"
    + PATH.format("y: Annotated[int, Query()]"),
    PATH.format("y=Depends(shared.audit)"),
    f"{PLAIN}def d(p: Plain): ...\n{ROUTE.format('y=Depends(d)')}",
    f"from typing import Annotated\n{ROUTE.format('y: Annotated[str, Depends(5)]')}",
    f"from typing import Annotated\n{ROUTE.format('y: Annotated[str]')}",
    "from typing import Annotated\nfrom fastapi import Query\n"
    + ROUTE.format("y: Annotated[int, Query(default=5)] = 3"),
    "from typing import Annotated\n"
    + ROUTE.format("y: Annotated[str, Depends(shared.audit)] = Depends(shared.audit)"),
    "@app.websocket('x')\nasync def x(w: WebSocket): ...",
]


@pytest.mark.parametrize("code", FAILS)
def test_what_fails_in_both_is_undecided(code: str, plant: Plant) -> None:
    both = {"main.py": source(code), "lazy_app.py": source(f"# the other\n{code}")}
    assert rules(findings(plant({**both, "shared.py": SHARED}))) == {NOT_KNOWN}


SINGLE = "import os\nos.environ['MISSING_']\n"


def test_a_single_entry_point_that_may_fail_is_undecided(plant: Plant) -> None:
    files = {"main.py": "from lazy_app import app\n", "lazy_app.py": source(SINGLE)}
    assert rules(findings(plant({**files, "shared.py": SHARED}))) == {NOT_KNOWN}


def test_files_of_one_text_that_may_fail_are_undecided(plant: Plant) -> None:
    files = {"main.py": source(SINGLE), "lazy_app.py": source(SINGLE), "shared.py": SHARED}
    assert rules(findings(plant(files))) == {NOT_KNOWN}


def test_a_name_that_is_not_there_after_what_may_fail_is_undecided(plant: Plant) -> None:
    files = {"main.py": source(""), "lazy_app.py": f"{SINGLE}application = 1\n"}
    assert rules(findings(plant({**files, "shared.py": SHARED}))) == {NOT_KNOWN}


def test_a_difference_behind_a_model_that_may_fail_is_undecided(plant: Plant) -> None:
    model = "class M(BaseModel): x: {}\napp.get('/m', response_model=M)(shared.audit)"
    files = {"main.py": source(model.format("int")), "lazy_app.py": source(model.format("FastAPI"))}
    assert rules(findings(plant({**files, "shared.py": SHARED}))) == {NOT_KNOWN}


def test_a_difference_behind_what_may_fail_is_undecided_and_named(plant: Plant) -> None:
    gzip = f"{SINGLE}app.add_middleware(GZipMiddleware)"
    files = {"main.py": source(gzip), "lazy_app.py": source(SINGLE), "shared.py": SHARED}
    (finding,) = findings(plant(files))
    assert finding.rule == NOT_KNOWN
    assert "GZipMiddleware() is in main:app and not in lazy_app:app" in finding.detail


# What surely works stays decided, on both sides alike.
WORKS = [
    "import logging\nlog = logging.getLogger(__name__)\nlog.info('a %s', 1)\n"
    "logging.basicConfig(level=logging.INFO)",
    "import os\nsize = os.environ.get('SIZE', 'a').lower().strip()\napp.title = f'{size}'",
    "import os\nif os.getenv('GZIP'): app.add_middleware(GZipMiddleware)",
    "from pathlib import Path\nHERE = Path(__file__).resolve().parent / 'static'",
    "from datetime import timedelta\nLIFE = timedelta(minutes=15)",
    "PATTERN = re.compile(r'[a-z]{1,3}(-[0-9]+)?')",
    "try:\n    import fast\nexcept ImportError:\n    fast = None",
    "import threading\nlock = threading.Lock()\nwith lock:\n    app.add_middleware(GZipMiddleware)",
    "from dataclasses import dataclass, field\n@dataclass(frozen=True)\nclass C:\n"
    "    a: int\n    b: str = ''\n    c: list = field(default_factory=list)",
    "class E(str, Enum):\n    A = 'a'\n    B = 'b'\nNAMES = {E.A: 1}\napp.state.e = E.A",
    "class Gone(Exception):\n    status = 410\napp.add_exception_handler(Gone, shared.handle)",
    "class M(BaseModel):\n    x: int\n    y: list[str] | None = None\n"
    "@app.post('/m', response_model=list[M], status_code=201, tags=['m'])\n"
    "def m(body: M, q: int = 1, u: str = Depends(shared.require_user)) -> list[M]: ...",
    "from typing import Annotated\nfrom fastapi import Query, Request\n@app.get('/q/{i}')\n"
    "def q(r: Request, i: int, u: Annotated[str, Depends(shared.require_user)],"
    " n: Annotated[int, Query(ge=1)] = 3) -> dict[str, int]: ...",
    "from fastapi.security import OAuth2PasswordBearer\ns = OAuth2PasswordBearer(tokenUrl='/t')\n"
    "@app.get('/s')\ndef s_(t: str = Depends(s)): ...",
    "from starlette.middleware.base import BaseHTTPMiddleware\nclass T(BaseHTTPMiddleware):\n"
    "    async def dispatch(self, request, call_next): ...\napp.add_middleware(T)",
    "r = APIRouter(prefix='/r', tags=['r'])\n@r.get('')\ndef r_(): ...\n"
    "app.include_router(r, prefix='/v1', dependencies=[Depends(shared.audit)])",
    "@asynccontextmanager\nasync def life(app): yield\napp = FastAPI(lifespan=life, version='2')",
    "@app.websocket('/w')\nasync def w(w: WebSocket): ...",
    "from http import HTTPStatus\n@app.get('/h', status_code=HTTPStatus.ACCEPTED,"
    " responses={404: {'description': 'no'}})\ndef h(): ...",
    "app.mount('/sub', FastAPI(title='sub'))",
    "from mangum import Mangum\nhandler = Mangum(app, lifespan='off')",
]


@pytest.mark.parametrize("code", WORKS)
def test_what_surely_works_is_the_same(code: str, plant: Plant) -> None:
    both = {"main.py": source(code), "lazy_app.py": source(f"# the other\n{code}")}
    assert findings(plant({**both, "shared.py": SHARED})) == ()


@pytest.fixture(scope="module")
def running() -> Running:
    return Running()


@pytest.mark.parametrize("code", WORKS)
def test_what_surely_works_does(code: str, plant: Plant, running: Running) -> None:
    both = {"main.py": source(code), "lazy_app.py": source(f"# the other\n{code}")}
    assert running.truth(plant({**both, "shared.py": SHARED})) == ("same", frozenset())


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("/a", []),
        ("/{a}/{b:path}", ["a", "b"]),
        ("/{a}/{a}", None),
        ("/{a", None),
        ("/a}", None),
        ("/{a:b}", None),
        ("/{1}", None),
        ("/{a:}", None),
    ],
)
def test_the_parameters_of_a_path(path: str, names: list[str] | None) -> None:
    assert parameters(path) == names


@pytest.mark.parametrize("odd", ["(", "a**", "[", "[b-a]", "a{2,1}", "*", "\\", "(?P<a>b)", "a)"])
def test_a_pattern_that_may_be_odd_is_not_known(odd: str) -> None:
    assert not is_pattern(odd)


def test_every_line_of_what_is_known_can_be_read() -> None:
    assert HEALTH  # every entry point in here has a route
    known.line("")
    assert len(known._lines) > 300
    for path in known._lines:
        how = known.line(path)
        assert how is not None, path
        entry = known.entry(path)
        assert entry is None or entry.called or entry.result, path


def test_what_is_known_to_be_called_is_called_so() -> None:
    for path in known._lines:
        entry, how = known.entry(path), library.described(path)
        unknown = (None, library.NOT_KNOWN, library.NOT_CALLED, library.MODULE)
        if entry is not None and entry.called and how not in unknown and "/" not in str(how):
            assert library.fits(str(how), 0, entry.kinds.keys()), path
