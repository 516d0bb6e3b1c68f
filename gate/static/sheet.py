"""What is known of one application: facts, as the comparison at run time has them."""

from __future__ import annotations

from gate.static.packages import FRAMEWORKS
from gate.static.shapes import label, shape
from gate.static.values import Class, Function, Instance, Literal, Made, Symbol, Value

TYPE_CHECKING = False  # typing is slow to import
if TYPE_CHECKING:
    from collections.abc import Callable

    from gate.static.values import Place, Shape

    Key = tuple[str, str, str, str]


class Fact:
    """One thing that is known: see ``gate.inspection.child.facts``.

    It is ``sure`` when its name is that of nothing else; ``base`` is its name without conditions,
    "" where it may have any; ``show`` says it to people.
    """

    __slots__ = (
        *("base", "included", "kind", "name", "place", "scope", "shape", "show", "subject", "sure"),
    )

    def __init__(
        self, kind: str, name: str, what: Shape, show: Callable[[], str], place: Place
    ) -> None:
        self.kind = kind
        self.name = name
        self.shape = what
        self.show = show
        self.place = place
        self.included: Place | None = None
        self.scope = ""
        self.subject = ""
        self.sure = True
        self.base = name

    @property
    def key(self) -> Key:
        """What makes two facts facts about the same thing."""
        return (self.scope, self.kind, self.subject, self.name)


class Sheet:
    """The facts of an application, in their order; ``doubts`` are what could change any of them."""

    def __init__(self) -> None:
        self.facts: dict[Key, Fact] = {}
        self.doubts: list[tuple[str, Place]] = []
        self.scope = ""
        self._counts: dict[Key, int] = {}

    def add(self, fact: Fact, *, subject: str = "", sure: bool = True, guards: Shape = ()) -> None:
        """Add one fact; a second of the same name gets a number."""
        fact.scope, fact.subject = self.scope, subject
        fact.base = fact.name if sure else ""
        if guards:
            fact.name = f"{fact.name} if {text(guards)}"
            fact.shape = ("guarded", guards, fact.shape)
        fact.sure = sure and not guards
        key = fact.key
        self._counts[key] = self._counts.get(key, 0) + 1
        if self._counts[key] > 1:
            fact.name = f"{fact.name} #{self._counts[key]}"
        self.facts[fact.key] = fact

    def doubt(self, reason: str, place: Place) -> None:
        """Note that something may have changed anything."""
        self.doubts.append((reason, place))


def name_of(value: Value) -> tuple[str, bool]:
    """Return the full name of a class or function, and whether nothing else has that name."""
    match value:
        case Function() | Class():
            return label(value.scope.module, value.name), True
        case Symbol(path=path):
            return path, path.startswith(FRAMEWORKS)
        case Literal(value=constant):
            return str(constant), True
        case Instance(cls=inner) | Made(callee=inner) if _is_class(inner):
            return name_of(inner)
        case Made(callee=callee, args=[first, *_]) if _is_wrapper(callee):
            return name_of(first)[0], False
    return text(shape(value)), False


def _is_class(callee: Value) -> bool:
    if isinstance(callee, Symbol) and callee.path.startswith(FRAMEWORKS):
        return callee.path.rpartition(".")[2][:1].isupper()
    return isinstance(callee, Class)


def _is_wrapper(callee: Value) -> bool:
    return isinstance(callee, Symbol) and callee.path.startswith(("functools.", "contextlib."))


def text(what: Shape) -> str:
    """Return a name for a shape that has none; what is in it, a secret say, is not shown."""
    from zlib import crc32  # noqa: PLC0415 - rarely needed

    return f"(not known, {crc32(repr(what).encode()):08x})"
