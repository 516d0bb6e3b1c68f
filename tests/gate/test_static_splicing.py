"""Of a file much like another one only what is new is parsed, and it comes to the same."""

from __future__ import annotations

import ast
import random
from pathlib import Path

import pytest

from bench.trees import long
from gate.static.source import Sources, parsed
from gate.static.splicing import Splice, spliced

MODEL = (
    b"""\
import os
x = 1  # one


@property
def f(a, b=2):
    '''Text.'''
    return a


if x:
    y = [
1,
]
else:
    y = 2
text = '''
x = 1
'''
for _ in []: pass
class C:
    z = 3
"""
    * 12
)
LINES = MODEL.splitlines(keepends=True)
NEW = [b"x = 2\n", b"else:\n", b"    y = 3\n", b"'''\n", b")\n", b"@f\n", b"\\\n", b"# x\n", b"\n"]
NEW += [
    b"global x\n",
    b"break\n",
    b"x = (\n",
    b"try: pass\n",
    b"from __future__ import annotations\n",
]


def statements(data: bytes) -> list[ast.stmt]:
    return ast.parse(data).body


def splice(data: bytes) -> Splice | None:
    tree = ast.parse(MODEL)
    return spliced(data, tree, LINES, statements)


def edited(choose: random.Random) -> bytes:
    """Return the model with a few lines changed, moved or left out."""
    lines = list(LINES)
    for _ in range(choose.choice((1, 1, 2, 4))):
        at = choose.randrange(len(lines))
        lines[at : at + choose.choice((0, 1, 2, 9))] = choose.choices(
            [*NEW, *LINES], k=choose.randint(0, 2)
        )
    return b"".join(lines)


def test_it_comes_to_what_parsing_comes_to() -> None:
    done = 0
    for number in range(400):
        data = edited(random.Random(number))  # noqa: S311 - no secret
        found = splice(data)
        if found is None:
            continue
        done += 1
        whole = statements(data)
        assert list(map(ast.dump, found.body)) == list(map(ast.dump, whole)), data
        compile(data, "edited.py", "exec", dont_inherit=True)
    assert done > 50


def test_line_numbers_are_of_its_lines() -> None:
    found = splice(b"x = 7\n" + MODEL + b"y = 8\n")
    assert found is not None
    for node in found.body:
        text = b"".join(found.lines[node.lineno - 1 : node.end_lineno])
        assert ast.dump(ast.parse(text).body[-1]).startswith(f"{type(node).__name__}(")
    assert found.lines[found.body[0].lineno - 1] == b"x = 7\n"
    assert found.lines[found.body[-1].lineno - 1] == b"y = 8\n"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        MODEL + b"x",
        b"# coding: latin-1\n" + MODEL,
        MODEL.replace(b"\n", b"\r\n"),
        b"\x00" + MODEL,
    ],
)
def test_what_concerns_the_whole_file_is_parsed_as_a_whole(data: bytes) -> None:
    assert splice(data) is None


def test_most_of_two_files_alike_is_shared(tmp_path: Path) -> None:
    root = long(tmp_path)
    source = (root / "main.py").read_text()
    (root / "lazy_app.py").write_text(source.replace('title="bench"', 'title="other"'))
    sources = Sources(str(root), places=False)
    trees = [
        found[1].tree.body
        for name in ("main", "lazy_app")
        if (found := sources.find(name)) and found[1]
    ]
    shared = [one for one, other in zip(*trees, strict=True) if one is other]
    assert len(shared) == len(trees[0]) - 1
    whole = parsed("lazy_app.py", (root / "lazy_app.py").read_bytes()).body
    assert list(map(ast.dump, trees[1])) == list(map(ast.dump, whole))
