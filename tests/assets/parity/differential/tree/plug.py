import shared
from fastapi.middleware.gzip import GZipMiddleware
def setup(app, size=500, *, more=False):
    app.add_middleware(GZipMiddleware, minimum_size=size)
    if more:
        app.include_router(shared.users)
def mutable(app, seen=[]):
    seen.append(app)
    for _ in seen:
        app.add_middleware(GZipMiddleware, minimum_size=len(seen))
class Registry:
    items = []
    def __init__(self): self.own = []
    def add(self, x):
        self.items.append(x); self.own.append(x)
        return self
    def apply(self, app):
        for x in self.items: app.include_router(x)
registry = Registry()
