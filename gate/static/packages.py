"""What is known of packages: which leave alone what they are not given, which do not.

Where a table would have to be complete to be right, it is not used that way: what is missing here
makes a verdict undecided, never wrong.
"""

from __future__ import annotations

import sys

from gate.static.words import words

# Members of the standard library's loggers.
OF_LOGGERS = words(
    """
    name level parent propagate handlers disabled filters manager root setLevel isEnabledFor
    getEffectiveLevel getChild debug info warning warn error exception critical fatal log addFilter
    removeFilter filter addHandler removeHandler hasHandlers callHandlers findCaller handle
    makeRecord
    """
)
LOGGERS = {"logging.getLogger", "structlog.get_logger", "structlog.stdlib.get_logger"}

# Packages whose import and whose functions leave applications alone that are not given to them.
INERT = words(
    """
    aiofiles aiohttp aiosqlite alembic annotated_types anyio argon2 asgi_correlation_id
    asgi_lifespan asyncpg attr attrs authlib aws_lambda_powertools babel bcrypt bleach boto3
    botocore bs4 cachetools celery certifi click cryptography databases dateutil dotenv
    email_validator fastapi faker google h11 httpcore httptools httpx idna itsdangerous
    jinja2 jose jsonschema jwt kombu loguru lxml mangum markdown markupsafe marshmallow
    motor msgpack multipart mypy_boto3_s3 numpy openai orjson pandas passlib peewee PIL pika
    polars psycopg psycopg2 pwdlib pydantic pydantic_core pydantic_extra_types
    pydantic_settings pymongo pymysql pytest pytz redis requests rich rq s3transfer scipy
    sklearn slugify sniffio sqlalchemy sqlalchemy_utils sqlmodel sse_starlette starlette
    stripe structlog tenacity tornado tortoise tqdm typer typing_extensions tzlocal ujson
    ulid urllib3 uvicorn uvloop watchfiles websockets werkzeug yaml yarl
    """
)

FRAMEWORKS = ("fastapi.", "starlette.", "builtins.")

# Classes that take an application and leave it as it is.
NEUTRAL = {"mangum.Mangum", "mangum.adapter.Mangum", "httpx.ASGITransport"}

# Calls after which anything may be otherwise.
WILD = {
    *("builtins.exec", "builtins.eval", "builtins.globals", "builtins.locals", "builtins.vars"),
    *("builtins.__import__", "importlib.reload", "importlib.__import__", "runpy.run_path"),
    *("runpy.run_module", "sys.settrace", "sys.setprofile", "code.interact"),
}

# What gives one module by another name, or tells which of them was imported.
MIRRORS = {
    "sys.modules",
    "sys._getframe",
    "inspect.currentframe",
    "inspect.stack",
    "gc.get_objects",
}

# Calls that return something else each time.
RANDOM = (
    *("random.", "secrets.", "uuid.uuid1", "uuid.uuid4", "os.urandom", "os.getpid", "tempfile."),
    *("numpy.random.", "faker."),
)

ENDS = {
    *("sys.exit", "os._exit", "os.abort", "os.kill", "builtins.exit", "builtins.quit"),
    *("os.execv", "os.execl", "os.execve", "os.execvp", "os.fork"),
}

# Calls of the standard library after which other code may do otherwise.
LOUD = (
    *("os.environ.setdefault", "os.environ.update", "os.environ.pop", "os.environ.clear"),
    *("os.putenv", "os.unsetenv", "sys.path.", "sys.modules.", "sys.meta_path.", "sys.path_hooks."),
    *(
        "builtins.setattr",
        "builtins.delattr",
        "unittest.mock",
        "asyncio.run",
        "threading.Thread",
        "threading.Timer",
        "threading.set",
        "warnings.",
    ),
)

NEUTRAL_BUILTINS = words(
    """
    abs all any bool bytes callable chr classmethod dict enumerate float format frozenset
    getattr hasattr hash id int isinstance issubclass iter len list object open ord print
    property range repr reversed round set slice staticmethod str sum tuple type zip
    """
)

# Functions and decorators that keep what they are given, and call it later if ever.
NEUTRAL_PACKAGES = (
    *("fastapi.", "starlette.", "pydantic.", "pydantic_settings.", "typing.", "dataclasses."),
    *("contextlib.", "abc.", "enum.", "logging.", "re.", "json.", "datetime.", "uuid.", "pathlib."),
    *("os.path.", "collections.", "sqlalchemy.", "sqlmodel.", "atexit.register", "warnings."),
    *("functools.lru_cache", "functools.cache", "functools.wraps", "functools.partial"),
)

CONTEXTS = ("contextlib.contextmanager", "contextlib.asynccontextmanager")
CACHES = ("functools.lru_cache", "functools.cache")


def is_other(path: str) -> bool:
    """Whether a full name is of a package that neither the interpreter nor FastAPI brings along."""
    package = path.partition(".")[0]
    return package in INERT and package not in ("fastapi", "starlette", "pydantic")


def is_standard(package: str) -> bool:
    """Whether a top-level package belongs to the interpreter."""
    return package == "builtins" or package in sys.stdlib_module_names
