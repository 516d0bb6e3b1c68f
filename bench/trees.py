"""Two entry points, written for a measurement."""

from __future__ import annotations

from pathlib import Path

EAGER = """\
from fastapi import APIRouter, FastAPI
from fastapi.middleware.gzip import GZipMiddleware
router = APIRouter(prefix="/items")
{routes}
app = FastAPI(title="bench")
app.add_middleware(GZipMiddleware, minimum_size=500)
app.include_router(router)
"""
ROUTE = """
@router.get("/{number}")
def read_{number}(item: int, more: str = "") -> dict[str, int]:
    return {{"item": item}}
"""
LINES_OF_A_ROUTE = 4


def eager(folder: Path) -> Path:
    """Write a pair of 40 routes each below ``folder``; return its root."""
    return _pair(folder / "eager", 40)


def long(folder: Path) -> Path:
    """Write a pair of 1,000 lines each below ``folder``; return its root."""
    return _pair(folder / "long", 1000 // LINES_OF_A_ROUTE)


def _pair(root: Path, routes: int) -> Path:
    root.mkdir()
    source = EAGER.format(routes="".join(ROUTE.format(number=at) for at in range(routes)))
    for name in ("main.py", "lazy_app.py"):
        (root / name).write_text(source, encoding="utf-8")
    return root
