"""Routes of continuing medical education."""

from fastapi import APIRouter

router = APIRouter(prefix="/cme")


@router.get("/activities")
def activities() -> list[str]:
    return []
