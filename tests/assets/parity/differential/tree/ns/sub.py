from fastapi import APIRouter
router = APIRouter()
@router.get("/ns")
def ns(): ...
