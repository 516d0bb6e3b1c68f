"""What a YAML file holds, with the line of everything; every scalar is text, as it is written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


class Unreadable(Exception):  # noqa: N818 - the name says what happened
    """A line that the reader does not understand; nothing of its file is to be believed."""

    def __init__(self, line: int, why: str) -> None:
        super().__init__(why)
        self.line = line
        self.why = why


@dataclass(eq=False)
class Node:
    """A scalar, a list or a mapping; ``line`` counts from 1, ``tag`` is `!Sub`, say."""

    line: int
    value: str | list[Node] | dict[str, Node] = ""
    tag: str = ""

    @property
    def text(self) -> str:
        """The scalar, or "" for anything else."""
        return self.value if isinstance(self.value, str) else ""

    @property
    def items(self) -> list[Node]:
        """The members of a list, or none."""
        return self.value if isinstance(self.value, list) else []

    @property
    def members(self) -> dict[str, Node]:
        """The members of a mapping, those that it merges (`<<`) included, or none."""
        if not isinstance(self.value, dict):
            return {}
        if "<<" not in self.value:
            return self.value
        merged: dict[str, Node] = {}
        base = self.value["<<"]
        for one in reversed(base.items or [base]):
            # Not its own merges' merges without end: an alias can name what is around it.
            merged |= one.value if isinstance(one.value, dict) else {}
        return merged | {key: node for key, node in self.value.items() if key != "<<"}

    def get(self, *keys: str) -> Node:
        """The node below ``keys``, or an empty scalar."""
        node = self
        for key in keys:
            node = node.members.get(key, Node(node.line))
        return node

    def walk(self) -> Iterator[Node]:
        """This node and all below it, each once, however often it is referred to."""
        seen: set[int] = set()
        left = [self]
        while left:
            node = left.pop()
            if id(node) in seen:
                continue
            seen.add(id(node))
            yield node
            below = node.items if isinstance(node.value, list) else node.members.values()
            left.extend(reversed(list(below)))
