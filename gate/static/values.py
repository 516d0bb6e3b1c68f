"""What names stand for, as far as reading tells."""

from __future__ import annotations

from gate.static.brief import brief

TYPE_CHECKING = False  # typing is slow to import
if TYPE_CHECKING:
    import _ast as ast
    from typing import Any

    from gate.static.scope import Scope

    Shape = tuple[Any, ...]
    Place = tuple[str, int]  # file, line
    FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


class Undecided(Exception):  # noqa: N818 - the name says what happened
    """Nothing can be said any more: ``reason``, and the ``place`` (file, line) that stopped us."""

    def __init__(self, reason: str, place: Place) -> None:
        super().__init__(reason)
        self.reason = reason
        self.place = place


class Unsupported(Exception):  # noqa: N818 - the name says what happened
    """A statement is not followed: what it may change is unknown from here on."""


class Value:
    """Anything that a name can stand for."""

    __slots__ = ()


class Literal(Value):
    """A constant: text, number, None …"""

    __slots__ = ("value",)

    def __init__(self, value: object) -> None:
        self.value = value


class ModuleName(Literal):
    """``__name__`` of an entry point's module: of no meaning where it names a logger."""

    __slots__ = ()


class Symbol(Value):
    """Something of the standard library or of an installed package, by its full name."""

    __slots__ = ("path",)

    def __init__(self, path: str) -> None:
        self.path = path


class Made(Value):
    """What a call returns that is not followed.

    ``version`` is how much had been changed elsewhere by then: it may return something else later;
    -1 where it is another one each time. ``read`` is what the names in code that was given to it
    stood for when it was called.
    """

    __slots__ = ("args", "callee", "kwargs", "place", "read", "version")

    def __init__(
        self, callee: Value, args: list[Value], kwargs: dict[str, Value], place: Place
    ) -> None:
        self.callee = callee
        self.args = args
        self.kwargs = kwargs
        self.place = place
        self.version = 0
        self.read: Shape = ()


class Got(Value):
    """A member ``name`` of a value that is not known well enough to have it looked up."""

    __slots__ = ("name", "owner")

    def __init__(self, owner: Value, name: str) -> None:
        self.owner = owner
        self.name = name


class Opaque(Value):
    """A value that is not known; ``shape`` says what it comes from, ``parts`` what is in it."""

    __slots__ = ("parts", "shape")

    def __init__(self, shape: Shape, parts: tuple[Value, ...] = ()) -> None:
        self.shape = brief(shape)
        self.parts = parts


class Unsure(Opaque):
    """What a name stands for that may not be bound."""

    __slots__ = ()


def unknown(shape: Shape, *held: Value) -> Opaque:
    """Return a value that comes from code which is not followed, and may be any of ``held``."""
    return Opaque(shape, (Opaque(("?held",)), *held))


class Container(Value):
    """A list, tuple, set or dictionary.

    ``guards`` are the conditions under which it was made, ``changes`` what was done to it that is
    not followed; ``given`` whether something keeps it and would see a later change.
    """

    __slots__ = ("changes", "given", "guards")

    def __init__(self, guards: Shape) -> None:
        self.guards = guards
        self.changes: list[Shape] = []
        self.given = False


class Items(Container):
    """A list, tuple or set (``kind``) whose items are known; ``views`` are what it looks into.

    Of the kinds "view" and "range" the items alone can be had; one of the kind "iterator" has them
    once.
    """

    __slots__ = ("items", "kind", "views")

    def __init__(
        self, kind: str, items: list[Value], guards: Shape = (), views: tuple[Value, ...] = ()
    ) -> None:
        super().__init__(guards)
        self.kind = kind
        self.items = items
        self.views = views


class Pairs(Container):
    """A dictionary; of two pairs with one key the later is right."""

    __slots__ = ("pairs",)

    def __init__(self, pairs: list[tuple[Value, Value]], guards: Shape = ()) -> None:
        super().__init__(guards)
        self.pairs = pairs


class Function(Value):
    """A function or lambda of the tree, with the values of its parameters' defaults.

    ``early`` is what the names in its annotations stood for when it was defined.
    """

    __slots__ = ("defaults", "early", "name", "node", "scope")

    def __init__(
        self, node: FunctionNode, scope: Scope, name: str, defaults: dict[str, Value]
    ) -> None:
        self.node = node
        self.scope = scope  # the one that it is defined in
        self.name = name  # qualified, within its module
        self.defaults = defaults
        self.early: dict[str, Value] = {}


class Class(Value):
    """A class of the tree. One that is not ``plain`` has parts that its source does not show.

    ``early`` is what the names in its bases and its body stood for when it was defined.
    """

    __slots__ = ("bases", "early", "name", "names", "node", "plain", "scope")

    def __init__(self, node: ast.ClassDef, scope: Scope, name: str, bases: list[Value]) -> None:
        self.node = node
        self.scope = scope
        self.name = name
        self.bases = bases
        self.names: dict[str, Value] = {}
        self.early: dict[str, Value] = {}
        self.plain: bool = not node.keywords and all(
            isinstance(base, Class) and base.plain for base in bases
        )


class Instance(Value):
    """An object of a plain class, whose ``__init__`` was followed; ``given`` as of containers."""

    __slots__ = ("attributes", "cls", "given")

    def __init__(self, cls: Class) -> None:
        self.cls = cls
        self.attributes: dict[str, Value] = {}
        self.given = False


class Method(Value):
    """A function of the tree, bound to ``owner``."""

    __slots__ = ("function", "owner")

    def __init__(self, owner: Value, function: Function) -> None:
        self.owner = owner
        self.function = function
