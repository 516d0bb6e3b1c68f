import os
from fastapi import APIRouter
from prefixes import *

_hidden = 1
star_router = APIRouter(prefix=V1)


@star_router.get("/star")
def star(): ...
