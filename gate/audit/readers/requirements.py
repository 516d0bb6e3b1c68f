"""What Python files of requirements ask for: requirements.txt, pyproject, setup.cfg, Pipfile."""

from __future__ import annotations

import ast
import configparser
import re
from collections.abc import Iterator, Mapping
from typing import Any

from gate.audit.files import File, Unusable
from gate.audit.readers.scripts import parsed_toml
from gate.audit.statements import PYTHON, Requirement

LINES = re.compile(r"(.*requirements.*|.*constraints.*)\.(txt|in|pip)")
IN_FOLDER = re.compile(r".*\.(txt|in)")
REQUIREMENT = re.compile(
    r"(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)\s*(\[[^\]]*\])?\s*\(?(?P<wanted>[^;@#]*?)\)?\s*"
    r"(?P<url>@[^;]*)?(?P<marker>;.*)?"
)
PIN = re.compile(r"={2,3}\s*(?P<version>[^\s,*]+)")
OPTIONS = re.compile(r"\s(--hash|--global-option|--config-settings).*")
EXPECTED = re.compile(r"[<>=!~^*\d ,.\w+-]*")


def applies(file: File) -> bool:
    """Whether it asks for Python packages, by its name."""
    return (
        file.base in {"pyproject.toml", "setup.cfg", "Pipfile", "setup.py"}
        or bool(LINES.fullmatch(file.base))
        or (file.folder.split("/")[-1] == "requirements" and bool(IN_FOLDER.fullmatch(file.base)))
    )


def read(file: File) -> Iterator[Requirement]:
    """Yield what it asks for; raises Unusable."""
    if file.base == "pyproject.toml":
        yield from _pyproject(file)
    elif file.base == "Pipfile":
        for group in ("packages", "dev-packages"):
            yield from _table(file, parsed_toml(file).get(group))
    elif file.base == "setup.cfg":
        yield from _setup_cfg(file)
    elif file.base == "setup.py":
        yield from _setup_py(file)
    else:
        yield from _lines(file)


def normalised(name: str) -> str:
    """The one spelling of a package's name."""
    return re.sub(r"[-_.]+", "-", name).lower()


def requirement(file: File, line: int | None, text: str) -> Iterator[Requirement]:
    """Yield the requirement that a text of PEP 508 is."""
    found = REQUIREMENT.fullmatch(OPTIONS.sub("", text).strip())
    if found is None or found["url"] or not EXPECTED.fullmatch(found["wanted"]):
        return
    wanted = found["wanted"].strip()
    pin = PIN.fullmatch(wanted)
    yield Requirement(
        file,
        line,
        normalised(found["name"]),
        wanted,
        pin["version"] if pin else "",
        PYTHON,
        conditional=bool(found["marker"]),
    )


def _lines(file: File) -> Iterator[Requirement]:
    joined, first = "", 0
    for number, line in enumerate(file.lines, 1):
        first = first or number
        joined += re.sub(r"(^|\s)#.*", "", line).rstrip().removesuffix("\\") + " "
        if line.rstrip().endswith("\\"):
            continue
        if not joined.lstrip().startswith("-"):  # -r, -c, --index-url …
            yield from requirement(file, first, joined)
        joined, first = "", 0


def _pyproject(file: File) -> Iterator[Requirement]:
    document = parsed_toml(file)
    project, tool = _mapping(document, "project"), _mapping(document, "tool")
    lists = [project.get("dependencies")]
    lists += _mapping(project, "optional-dependencies").values()
    lists += _mapping(document, "dependency-groups").values()
    for texts in lists:
        for text in texts if isinstance(texts, list) else ():
            if isinstance(text, str):
                yield from requirement(file, file.line_of(text), text)
    poetry = _mapping(tool, "poetry")
    yield from _table(file, poetry.get("dependencies"))
    yield from _table(file, poetry.get("dev-dependencies"))
    for group in _mapping(poetry, "group").values():
        yield from _table(file, _mapping(group, "dependencies"))


def _mapping(value: object, name: str) -> dict[str, Any]:
    below = value.get(name) if isinstance(value, dict) else None
    return below if isinstance(below, dict) else {}


def _table(file: File, table: object) -> Iterator[Requirement]:
    """Poetry's and Pipenv's form: name = "^1.0", or a table with `version`."""
    for name, value in table.items() if isinstance(table, dict) else ():
        details: Mapping[str, object] = value if isinstance(value, dict) else {"version": value}
        wanted = details.get("version")
        if name.lower() == "python" or not isinstance(wanted, str):
            continue
        pin = PIN.fullmatch(wanted.strip())
        pattern = re.compile(rf"\s*[\"']?{re.escape(name)}[\"']?\s*=")
        line = next((at for at, text in enumerate(file.lines, 1) if pattern.match(text)), None)
        conditional = bool({"markers", "python", "platform"} & details.keys())
        yield Requirement(
            file,
            line,
            normalised(name),
            wanted,
            pin["version"] if pin else "",
            PYTHON,
            conditional=conditional,
        )


def _setup_cfg(file: File) -> Iterator[Requirement]:
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(file.text)
    except configparser.Error as exc:
        raise Unusable(f"not an INI file: {exc.message.splitlines()[0]}") from exc
    texts = [parser.get("options", "install_requires", fallback="")]
    if parser.has_section("options.extras_require"):
        texts += [value for _, value in parser.items("options.extras_require")]
    for text in "\n".join(texts).splitlines():
        if text.strip():
            yield from requirement(file, file.line_of(text), text)


def _setup_py(file: File) -> Iterator[Requirement]:
    try:
        tree = ast.parse(file.data)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return  # said once, where the sources are read
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg in {"install_requires", "extras_require"}:
            for part in ast.walk(node.value):
                if isinstance(part, ast.Constant) and isinstance(part.value, str):
                    yield from requirement(file, part.lineno, part.value)
