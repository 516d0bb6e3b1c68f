from fastapi import APIRouter
__all__ = ["make", "PREFIX"]
PREFIX = "/base"
HIDDEN = 1
def make(prefix, **kw):
    r = APIRouter(prefix=prefix, **kw)
    @r.get("/made")
    def made(): ...
    return r
