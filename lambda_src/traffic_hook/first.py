"""The first release: an alias that is made gets all traffic at once, and asks no hook.

So does one that is made anew, when the function gets another name say. The stack calls this before
it makes the alias.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from botocore.exceptions import ClientError

from .clients import STEP_SECONDS, Clients
from .clock import Clock
from .deployment import Shift
from .judging import new_version

NOTHING = "0"  # the version before the first


def first_release(aws: Clients, environ: Mapping[str, str], clock: Clock) -> Iterator[str]:
    """What is wrong with the version for which the alias will be made.

    Nothing where the alias is there: CodeDeploy will move it, and ask the hook.
    """
    function, alias = environ["FUNCTION"], environ["ALIAS"]
    clock.allow("the alias", STEP_SECONDS)
    if not _is_there(aws, function, alias):
        shift = Shift(function, alias, current=NOTHING, target=environ["VERSION"])
        yield from new_version(aws, shift, environ, clock)


def _is_there(aws: Clients, function: str, alias: str) -> bool:
    try:
        aws.functions.get_alias(FunctionName=function, Name=alias)
    except ClientError as exc:
        if exc.response["Error"]["Code"] == "ResourceNotFoundException":
            return False
        raise
    return True
