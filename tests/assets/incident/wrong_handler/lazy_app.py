"""The entry point of Lambda: routers are loaded by the first request that needs them."""

import importlib

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from fastapi.middleware.gzip import GZipMiddleware

ROUTERS = {"/providers": "contexts.providers.router", "/cme": "contexts.cme.router"}

app = FastAPI(title="CredMate")
app.add_middleware(GZipMiddleware, minimum_size=500)
app.add_middleware(CORSMiddleware, allow_origins=["https://credmate.example"])


def import_models() -> None:
    importlib.import_module("contexts.providers.models")
    importlib.import_module("contexts.cme.models")


def load_all_routers() -> None:
    import_models()
    for module in ROUTERS.values():
        app.include_router(importlib.import_module(module).router)


@app.get("/health")
def health() -> dict[str, str]:
    return {"status": "healthy"}
