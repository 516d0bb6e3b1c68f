from fastapi import APIRouter, Depends
import shared
router = APIRouter(prefix="/pa", dependencies=[Depends(shared.require_user)])
@router.get("/one")
def one(): ...
@router.get("/two")
def two(): ...
