"""What the cases of drifts-depth.toml and harmless-depth.toml are built from."""

from dataclasses import dataclass

from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.middleware.base import BaseHTTPMiddleware


def timed(seconds):
    class Timed(APIRoute):
        limit = seconds

    return Timed


def limited(size):
    class Limited:
        def __init__(self, app):
            self.app, self.size = app, size

        async def __call__(self, scope, receive, send):
            await self.app(scope, receive, send)

    return Limited


async def tag(request, call_next):
    return await call_next(request)


class Quiet(BaseHTTPMiddleware): ...


class Wrapper:
    """A layer that an entry point puts around its application by hand."""

    def __init__(self, app, mode):
        self.app, self.mode = app, mode

    async def __call__(self, scope, receive, send):
        await self.app(scope, receive, send)


class Slotted:
    __slots__ = ("app", "get")

    def __init__(self, app):
        self.app, self.get = app, app.get

    async def __call__(self, scope, receive, send):
        await self.app(scope, receive, send)


class Dispatcher:
    def __init__(self, app, others):
        self.app, self.others = app, others

    async def __call__(self, scope, receive, send):
        await self.others.get(scope["path"], self.app)(scope, receive, send)


def wrapped(app, size):
    async def layer(scope, receive, send):
        await app({**scope, "size": size}, receive, send)

    return layer


class Configured:
    def __init__(self, app, options):
        self.app, self.options = app, options


@dataclass
class Limits:
    size: int
    secret: str


class Settings(BaseModel):
    size: int
    api_key: str
