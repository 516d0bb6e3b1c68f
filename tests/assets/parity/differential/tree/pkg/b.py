from fastapi import APIRouter
from .base import make
router = make("/pb")
@router.get("/one")
def one(): ...
