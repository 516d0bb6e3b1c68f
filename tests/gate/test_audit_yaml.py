"""The audit's own reader of YAML, compared with PyYAML: the same, or refused; never another."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
import yaml

from gate.audit.syntax.yaml_nodes import Node, Unreadable
from gate.audit.syntax.yaml_text import documents
from tests.gate.planting import REPOSITORY

SEED, MUTATIONS = 20261125, 3000
TEXTS = (
    "a: &x [1, two, 'it''s', \"\\u00e9\\n\"]\nb: *x\nc: {d: e, f: {g: h}}\n",
    "- a: b\n  c: d\n- - e\n  - f\n-\n  g: h\n- ! x\n- !Sub\n  - k\n  - {l: m}\n",
    "run: |\n  one\n   two\n\n  three\nfold: >-\n  a\n  b\n\n    c\n  d\nkeep: |+\n  x\n\nend: 1\n",
    'k: "a\\\n  b\\n c\n  d"\nl: \'q\n\n  r\'\nm: plain\n  more # no\n"quoted key": v\n',
    "# head\n---\na: 1 # why\nb: a#b\nc: http://x:80/y\nd:\n- e\n- f\n---\nsecond: true\n...\n",
    "x: &m {environment: {A: b}}\ny:\n  <<: *m\n  command: [uvicorn, 'app:app']\n",
    "empty:\nnull_: ~\nlist: []\nmap: {}\nnested:\n    deep:\n        - deeper:\n            - 1\n",
)
PIECES = ["\n", "  ", " ", "- ", ": ", "#", "'", '"', "[", "]", "{", "}", "&a", "*x", "!t ", "|"]
PIECES += ["> ", "<<: ", ",", "\t", "---\n", "? ", "\\", "%", "\n\n", "é", "\u2028"]


class Loader(yaml.BaseLoader):
    """Every scalar as text, every tag left out."""


def _untagged(loader: Loader, _suffix: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return node.value
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_mapping(node, deep=True)  # type: ignore[arg-type]  # the third kind


for prefix in ("!", "tag:"):
    Loader.add_multi_constructor(prefix, _untagged)


def plain(node: Node) -> Any:
    if isinstance(node.value, list):
        return [plain(item) for item in node.value]
    if isinstance(node.value, dict):
        return {key: plain(value) for key, value in node.value.items()}
    return node.value


def read(text: str) -> list[Any]:
    return [value for document in documents(text) if (value := plain(document)) != ""]


def read_by_pyyaml(text: str) -> list[Any]:
    return [value for value in yaml.load_all(text, Loader) if value not in ("", None)]


@pytest.mark.parametrize("text", TEXTS)
def test_it_reads_as_pyyaml_does(text: str) -> None:
    assert read(text) == read_by_pyyaml(text)


@pytest.mark.parametrize(
    "file", [*REPOSITORY.glob("lambda_src/*/compose.yaml"), REPOSITORY / ".pre-commit-hooks.yaml"]
)
def test_it_reads_our_own_files(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert read(text) == read_by_pyyaml(text)


def test_damaged_texts_are_read_as_pyyaml_does_or_refused() -> None:
    chance = random.Random(SEED)  # noqa: S311 - the same texts in every run
    outcomes = {True: 0, False: 0}
    for _ in range(MUTATIONS):
        text = _damaged(chance.choice(TEXTS), chance)
        try:
            ours = read(text)
        except Unreadable as exc:
            assert 0 < exc.line <= text.count("\n") + 2
            outcomes[False] += 1
            continue
        try:
            theirs = read_by_pyyaml(text)
        except (yaml.YAMLError, ValueError, TypeError):
            continue  # more lenient than PyYAML is no wrong reading
        assert ours == theirs, text
        outcomes[True] += 1
    assert min(outcomes.values()) > MUTATIONS // 10


def _damaged(text: str, chance: random.Random) -> str:
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(text) + 1)
        if chance.random() < 0.7:
            text = text[:at] + chance.choice(PIECES) + text[at:]
        else:
            text = text[:at] + text[at + chance.randint(1, 4) :]
    return text + "\n"


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ("a: 1\n? b\n: c\n", 2, "neither a key"),
        ("a: b: c\n", 1, "a second key"),
        ("a: {{ template }}\n", 1, "a key that is no text"),
        ("a: [b\n", 1, "never closed"),
        ("a:\n\tb: c\n", 2, "a tab"),
        ("a: *b\n", 1, "names no anchor"),
        ("a: @b\n", 1, "where a value was expected"),
        ("[" * 100 + "]" * 100, 1, "nested too deeply"),
        ("\n".join(" " * at + "a:" for at in range(100)), 61, "nested too deeply"),
    ],
)
def test_what_is_refused_is_named_with_its_line(text: str, line: int, why: str) -> None:
    with pytest.raises(Unreadable, match=why) as raised:
        documents(text)
    assert raised.value.line == line


def test_merges_and_lines_and_a_bounded_walk() -> None:
    (document,) = documents("a: &a {x: 1, y: 2}\nb:\n  <<: *a\n  y: 3\n")
    assert {key: node.text for key, node in document.get("b").members.items()} == {
        "x": "1",
        "y": "3",
    }
    assert document.get("b", "y").line == 4
    bomb = "a0: &a0 [x]\n" + "".join(
        f"a{at}: &a{at} [{', '.join([f'*a{at - 1}'] * 9)}]\n" for at in range(1, 40)
    )
    assert sum(1 for _ in documents(bomb)[0].walk()) < 100
