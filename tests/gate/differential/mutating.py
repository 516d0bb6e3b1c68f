"""Changes an entry point at random: whole statements, and what is in one."""

from __future__ import annotations

import ast
import random
from collections.abc import Callable

from tests.gate.differential.pieces import Body, Pieces, is_expression

NAMES: tuple[str, ...] = (
    "GZipMiddleware",
    "CORSMiddleware",
    "app",
    "users",
    "shared",
    "FastAPI",
    "Out",
    "None",
)
NAMES += ("True", "undefined_")
MEMBERS = ("add_middleware", "get", "router", "append", "title", "nothing_")
LITERALS: tuple[tuple[str, str], ...] = (
    ("500", "501"),
    ("True", "False"),
    ("'/a'", "'/b'"),
    ("'a'", "'c'"),
    ("200", "201"),
)
LITERALS += (("shared.require_user", "shared.audit"), ("'x'", "'y'"))
LITERALS += (("GZipMiddleware", "CORSMiddleware"),)
TRIES = 10


def mutated(body: Body, choose: random.Random, pieces: Pieces) -> Body:
    """Return ``body`` with one change or a few."""
    parts = list(body)
    for _ in range(choose.choice((1, 1, 1, 2, 3))):
        choose.choice(CHANGES)(parts, choose, pieces)
    return tuple(parts)


def _drop(parts: list[str], choose: random.Random, _pieces: Pieces) -> None:
    if parts:
        del parts[choose.randrange(len(parts))]


def _repeat(parts: list[str], choose: random.Random, _pieces: Pieces) -> None:
    if parts:
        parts.insert(choose.randrange(len(parts) + 1), choose.choice(parts))


def _swap(parts: list[str], choose: random.Random, _pieces: Pieces) -> None:
    if len(parts) > 1:
        one, other = choose.sample(range(len(parts)), 2)
        parts[one], parts[other] = parts[other], parts[one]


def _insert(parts: list[str], choose: random.Random, pieces: Pieces) -> None:
    bodies = pieces.idioms if choose.random() < 0.6 else pieces.catalogue
    parts.insert(choose.randrange(len(parts) + 1), choose.choice(choose.choice(bodies)))


def _wrap(parts: list[str], choose: random.Random, pieces: Pieces) -> None:
    at = [at for at, part in enumerate(parts) if is_expression(part)]
    wrapping = choose.choice(pieces.wrappings)
    if at:
        chosen = choose.choice(at)
        parts[chosen] = wrapping.replace("{}", parts[chosen].strip())
    else:
        parts.append(wrapping.replace("{}", choose.choice(pieces.expressions)))


def _replace(parts: list[str], choose: random.Random, _pieces: Pieces) -> None:
    if parts:
        at = choose.randrange(len(parts))
        found = [pair for pair in LITERALS if pair[0] in parts[at]]
        if found:
            parts[at] = parts[at].replace(*choose.choice(found), 1)


def _rewrite(parts: list[str], choose: random.Random, _pieces: Pieces) -> None:
    if parts:
        at = choose.randrange(len(parts))
        parts[at] = rewritten(parts[at], choose)


Change = Callable[[list[str], random.Random, Pieces], None]
CHANGES: tuple[Change, ...] = (_drop, _repeat, _swap, _insert, _replace, *(_wrap,) * 3)
CHANGES += (_rewrite,) * 4


def rewritten(statement: str, choose: random.Random) -> str:
    """Return a statement with one change somewhere in its tree."""
    try:
        tree = ast.parse(statement)
    except SyntaxError:
        return statement
    nodes = list(ast.walk(tree))
    for _ in range(TRIES):
        node = choose.choice(nodes)
        if any(change(node, choose, nodes) for change in INSIDE):
            break
    try:
        return ast.unparse(ast.fix_missing_locations(tree)) or "pass"
    except (ValueError, RecursionError, AttributeError, TypeError):
        return statement


def _constant(node: ast.AST, choose: random.Random, _nodes: list[ast.AST]) -> bool:
    if not isinstance(node, ast.Constant):
        return False
    value, node.kind = node.value, None
    if isinstance(value, bool):
        node.value = not value
    elif isinstance(value, int):
        node.value = choose.choice((value + 1, 0, value))
    elif isinstance(value, str):
        node.value = choose.choice((f"{value}x", value[:-1], value.upper()))
    else:
        node.value = 1
    return True


def _name(node: ast.AST, choose: random.Random, nodes: list[ast.AST]) -> bool:
    if not isinstance(node, ast.Name) or not isinstance(node.ctx, ast.Load):
        return False
    node.id = choose.choice([*NAMES, *(n.id for n in nodes if isinstance(n, ast.Name))])
    return True


def _member(node: ast.AST, choose: random.Random, nodes: list[ast.AST]) -> bool:
    if not isinstance(node, ast.Attribute) or choose.random() < 0.5:
        return False
    others = (n.attr for n in nodes if isinstance(n, ast.Attribute))
    node.attr = choose.choice([*MEMBERS, *others])
    return True


def _argument(node: ast.AST, choose: random.Random, _nodes: list[ast.AST]) -> bool:
    if not isinstance(node, ast.Call) or not (node.args or node.keywords):
        return False
    if node.keywords and choose.random() < 0.6:
        at = choose.randrange(len(node.keywords))
        if choose.random() < 0.3:
            node.keywords[at].arg = choose.choice(("other_", "title", "prefix", "size", None))
        else:
            del node.keywords[at]
    elif node.args:
        at = choose.randrange(len(node.args))
        if choose.random() < 0.3:
            node.args.append(node.args[at])
        else:
            del node.args[at]
    return True


def _decorator(node: ast.AST, choose: random.Random, _nodes: list[ast.AST]) -> bool:
    decorators = getattr(node, "decorator_list", [])
    if not decorators or choose.random() < 0.5:
        return False
    del decorators[0]
    return True


def _block(node: ast.AST, choose: random.Random, _nodes: list[ast.AST]) -> bool:
    body = getattr(node, "body", None)
    if not isinstance(body, list) or len(body) < 2:
        return False
    statement = body.pop(choose.randrange(len(body)))
    if choose.random() < 0.5:
        body.insert(choose.randrange(len(body) + 1), statement)
    return True


def _order(node: ast.AST, _choose: random.Random, _nodes: list[ast.AST]) -> bool:
    if not isinstance(node, ast.List | ast.Tuple) or not isinstance(node.ctx, ast.Load):
        return False
    node.elts.reverse()
    return len(node.elts) > 1


def _default(node: ast.AST, choose: random.Random, _nodes: list[ast.AST]) -> bool:
    if not isinstance(node, ast.arguments) or not node.defaults:
        return False
    del node.defaults[choose.randrange(len(node.defaults))]
    return True


INSIDE = (_constant, _name, _member, _argument, _decorator, _block, _order, _default)
