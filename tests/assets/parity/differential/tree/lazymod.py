from fastapi import APIRouter
def __getattr__(name):
    if name == "router":
        r = APIRouter()
        @r.get("/dyn")
        def dyn(): ...
        return r
    raise AttributeError(name)
