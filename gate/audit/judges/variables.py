"""Does somebody set each variable that the backend reads, and read each that is set?"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase

from gate.audit.judges import mentions
from gate.audit.repository import Repository
from gate.audit.statements import Matter, Reading, Requirement, Setting
from gate.report import some

UNSET, UNREAD = "audit.variable.unset", "audit.variable.unread"
FIX_UNSET = "set it where the stage's other variables are set, or give the code a value of its own"
FIX_UNREAD = "remove it, or correct its name"
SHOWN = 5
FEW = 3  # variables that a stage may have forgotten; most of many are set in another repository
# Set by Lambda, the shell, the system or a tool, and read by libraries: not ours to pair up.
PLATFORM = re.compile(
    r"_.*|AWS_.*|LAMBDA_.*|ECS_.*|KUBERNETES_.*|CI|GITHUB_.*|GITLAB_.*|HOME|PATH|PWD|USER|SHELL"
    r"|LOGNAME|HOSTNAME|LANG|LC_.*|TZ|TERM|TMP|TEMP|TMPDIR|EDITOR|PAGER|DISPLAY|NO_COLOR"
    r"|FORCE_COLOR|COLUMNS|XDG_.*|PYTHON.*|PYTEST_.*|VIRTUAL_ENV|CONDA_.*|PIP_.*|UV_.*|POETRY_.*"
    r"|UVICORN_.*|WATCHFILES_.*|GUNICORN_.*|WEB_CONCURRENCY|OTEL_.*|POWERTOOLS_.*|DD_.*|NEW_RELIC_.*|SENTRY_.*"
    r"|NODE_.*|NPM_.*|LD_.*|SSL_CERT_.*|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|DEBIAN_FRONTEND"
    r"|(HTTPS?|ALL|NO)_PROXY|(https?|all|no)_proxy|PORT|COMSPEC|APPDATA|LOCALAPPDATA|USERPROFILE"
    r"|SYSTEMROOT|PROGRAMFILES.*|DJANGO_SETTINGS_MODULE|PG[A-Z]+|MALLOC_.*|OMP_.*|DOCKER_.*"
)


def judge(repository: Repository) -> Iterator[Matter | str]:
    """Yield the variables of which only one half is there."""
    readings = [
        one
        for one in repository.allowed(repository.environment.readings, UNSET)
        if one.file in repository.backend and not PLATFORM.fullmatch(one.name)
    ]
    yield from _unset(repository, [one for one in readings if "*" not in one.name])
    yield from _unread(repository)


def _unset(repository: Repository, readings: list[Reading]) -> Iterator[Matter | str]:
    needed: dict[str, list[Reading]] = defaultdict(list)
    optional = {one.name for one in readings if one.optional}
    for one in readings:
        if one.name not in optional:
            needed[one.name].append(one)
    said = mentions.of_settings(repository)
    missing = {name: ones for name, ones in needed.items() if name not in said.exact}
    missing = {name: ones for name, ones in missing.items() if name.lower() not in said.folded}
    few = len(missing) <= FEW or len(missing) * 2 <= len(needed)
    if missing and not (few and said.sets_something):
        yield _not_here(missing, len(needed))
        return
    for name, ones in missing.items():
        places = tuple(dict.fromkeys(one.place for one in ones))
        message = f"the code reads {name}, and no stage, template or compose file sets it"
        yield Matter(UNSET, message, places, FIX_UNSET)


def _not_here(missing: Mapping[str, object], count: int) -> str:
    """A library, or a repository whose variables are set in another one."""
    return (
        f"undecided: {len(missing)} of {count} variables that the code reads are set nowhere here, "
        f"and perhaps elsewhere: {some(sorted(missing), SHOWN)}"
    )


def _unread(repository: Repository) -> Iterator[Matter | str]:
    settings: dict[str, list[Setting]] = defaultdict(list)
    for one in repository.of(Setting, UNREAD):
        if not PLATFORM.fullmatch(one.name):
            settings[one.name].append(one)
    if not settings:
        return
    read = mentions.of_code(repository, settings)
    packages = {one.name.partition("-")[0] for one in repository.of(Requirement, "")}
    patterns = [one.name for one in repository.environment.readings if "*" in one.name]
    for name, ones in settings.items():
        if name.lower().partition("_")[0] in packages:
            continue  # a library's own
        if name.lower() in read or any(fnmatchcase(name, pattern) for pattern in patterns):
            continue
        if any(
            name.lower().startswith(word) for word in read if word.endswith("_") and word != "_"
        ):
            yield f"undecided: {name} is set, and may be read by its prefix"
            continue
        places = tuple(dict.fromkeys(one.place for one in ones))
        yield Matter(UNREAD, f"{name} is set, and nothing here reads it", places, FIX_UNREAD)
