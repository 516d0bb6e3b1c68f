"""The entry point of the development machine: every router at once."""

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from fastapi.middleware.gzip import GZipMiddleware

from contexts.cme import router as cme
from contexts.providers import router as providers

app = FastAPI(title="CredMate")
app.add_middleware(GZipMiddleware, minimum_size=500)
app.add_middleware(CORSMiddleware, allow_origins=["https://credmate.example"])


@app.get("/health")
def health() -> dict[str, str]:
    return {"status": "healthy"}


app.include_router(providers.router)
app.include_router(cme.router)
