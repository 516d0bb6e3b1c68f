"""Routes of providers."""

from fastapi import APIRouter, Depends, HTTPException, Request

router = APIRouter(prefix="/providers")


def require_user(request: Request) -> str:
    user = request.headers.get("x-user")
    if user is None:
        raise HTTPException(401)
    return user


@router.get("/me")
def me(user: str = Depends(require_user)) -> dict[str, str]:
    return {"name": user}
