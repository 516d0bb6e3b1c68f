"""What is known of names in FastAPI and Starlette: where they are defined, what they take."""

from __future__ import annotations

# A name that packages re-export → the module that defines it, for whole modules (ending in a dot)
# and for single names.
MODULES = {
    "fastapi.middleware.": "starlette.middleware.",
    "fastapi.responses.": "starlette.responses.",
    "fastapi.requests.": "starlette.requests.",
    "fastapi.staticfiles.": "starlette.staticfiles.",
    "fastapi.templating.": "starlette.templating.",
    "fastapi.testclient.": "starlette.testclient.",
    "fastapi.websockets.": "starlette.websockets.",
    "fastapi.status.": "starlette.status.",
}

_MOVED = {
    "fastapi.applications": ("FastAPI",),
    "fastapi.routing": ("APIRouter",),
    "fastapi.param_functions": (
        *("Body", "Cookie", "Depends", "File", "Form", "Header", "Path", "Query", "Security"),
    ),
    "fastapi.exceptions": ("HTTPException", "WebSocketException"),
    "fastapi.datastructures": ("UploadFile",),
    "fastapi.background": ("BackgroundTasks",),
    "starlette.requests": ("Request",),
    "starlette.responses": ("Response",),
    "starlette.websockets": ("WebSocket", "WebSocketDisconnect"),
}

NAMES = {f"fastapi.{name}": f"{home}.{name}" for home, names in _MOVED.items() for name in names}

NAMES |= {
    "fastapi.status": "starlette.status",
    "fastapi.responses.ORJSONResponse": "fastapi.responses.ORJSONResponse",
    "fastapi.responses.UJSONResponse": "fastapi.responses.UJSONResponse",
    "fastapi.exceptions.StarletteHTTPException": "starlette.exceptions.HTTPException",
    "fastapi.middleware.asyncexitstack": "fastapi.middleware.asyncexitstack",
}

# Constructors of applications and routers → the kind of application.
APPLICATIONS = {
    "fastapi.applications.FastAPI": "FastAPI",
    "fastapi.routing.APIRouter": "APIRouter",
    "starlette.applications.Starlette": "Starlette",
    "starlette.routing.Router": "Router",
}

REQUIRED = object()

# Parameters, after the application itself, with the defaults of every version. One that a version
# lacks or adds is not in here.
SIGNATURES: dict[str, dict[str, object]] = {
    "starlette.middleware.gzip.GZipMiddleware": {"minimum_size": 500, "compresslevel": 9},
    "starlette.middleware.cors.CORSMiddleware": {
        "allow_origins": (),
        "allow_methods": ("GET",),
        "allow_headers": (),
        "allow_credentials": False,
        "allow_origin_regex": None,
        "*": REQUIRED,  # from here on by keyword: their positions changed
        "expose_headers": (),
        "max_age": 600,
    },
    "starlette.middleware.trustedhost.TrustedHostMiddleware": {
        "allowed_hosts": None,
        "www_redirect": True,
    },
    "starlette.middleware.httpsredirect.HTTPSRedirectMiddleware": {},
    "starlette.middleware.base.BaseHTTPMiddleware": {"dispatch": None},
    "starlette.middleware.sessions.SessionMiddleware": {
        "secret_key": REQUIRED,
        "session_cookie": "session",
        "max_age": 14 * 24 * 60 * 60,
        "path": "/",
        "same_site": "lax",
        "https_only": False,
        "*": REQUIRED,
        "domain": None,
    },
    "fastapi.param_functions.Depends": {"dependency": None, "*": REQUIRED, "use_cache": True},
    "fastapi.param_functions.Security": {
        "dependency": None,
        "*": REQUIRED,
        "scopes": None,
        "use_cache": True,
    },
    "starlette.staticfiles.StaticFiles": {
        "*": REQUIRED,
        "directory": None,
        "packages": None,
        "html": False,
        "check_dir": True,
        "follow_symlink": False,
    },
    "re.compile": {"pattern": REQUIRED, "flags": 0},
}

# Calls of which other arguments give another value.
INJECTIVE = {
    *SIGNATURES,
    "starlette.middleware.Middleware",
    "functools.partial",
    "pydantic.SecretStr",
    "pydantic.types.SecretStr",
    "contextlib.asynccontextmanager",
    "typing.Annotated",
}

# How many arguments functions of the interpreter take, at least and at most, where all are
# positional.
COUNTS = {
    **dict.fromkeys(("len", "repr", "callable", "id", "hash", "abs", "ord", "chr"), (1, 1)),
    **dict.fromkeys(("any", "all", "sorted", "reversed"), (1, 1)),
    **dict.fromkeys(("hasattr", "isinstance", "issubclass", "delattr", "filter"), (2, 2)),
    **dict.fromkeys(("iter", "next", "enumerate", "sum"), (1, 2)),
    **dict.fromkeys(("list", "tuple", "set", "frozenset", "bool", "dict"), (0, 1)),
    **{"getattr": (2, 3), "setattr": (3, 3), "range": (1, 3), "map": (2, 1000)},
}
