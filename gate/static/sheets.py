"""Compares two entry points by the facts about them, as the comparison at run time does."""

from __future__ import annotations

from gate.static import facts, showing
from gate.static.history import count
from gate.static.reading import Reading
from gate.static.relation import SAME, relation
from gate.static.shapes import arguments, shape
from gate.static.sheet import Fact, Sheet, name_of
from gate.static.values import Made
from gate.static.verdict import ROUTELESS, Verdict, undecided

TYPE_CHECKING = False  # typing is slow to import
if TYPE_CHECKING:
    from gate.static.sheet import Key
    from gate.static.verdict import Reason

ORDERED = ("wrapper", "middleware", "start-up hook", "shutdown hook", "dependency", "route")


def by_facts(readings: tuple[Reading, Reading], doubts: list[Reason]) -> Verdict:
    """Return how two entry points compare; with ``doubts`` it is undecided, and what was seen."""
    sheets = (_sheet(readings[0]), _sheet(readings[1]))
    doubts = [*sheets[0].doubts, *sheets[1].doubts, *doubts]
    nothing = _without_routes(readings, sheets, doubts)
    if nothing is not None:
        return nothing
    if not doubts and _same(*sheets):
        return Verdict("same")
    verdict = undecided(doubts)
    verdict.kind = "undecided" if doubts else "differ"
    verdict.sheets = sheets
    verdict.constructed = (readings[0].app.place, readings[1].app.place)
    return verdict


def _sheet(reading: Reading) -> Sheet:
    sheet = Sheet()
    for layer in reading.layers:
        rest = Made(layer.callee, layer.args[1:], dict(layer.kwargs), layer.place)
        rest.kwargs.pop("app", None)
        name, sure = name_of(layer.callee)
        what = ("list", shape(layer.callee), arguments(rest))
        sheet.add(Fact("wrapper", name, what, showing.call(rest), layer.place), sure=sure)
    facts.describe(sheet, reading.app)
    if reading.world.tampered is not None:
        sheet.doubt("what this changes is not known", reading.world.tampered)
    return sheet


def _without_routes(
    readings: tuple[Reading, Reading], sheets: tuple[Sheet, Sheet], doubts: list[Reason]
) -> Verdict | None:
    """An application that has no route is a finding, where it surely has none."""
    empty = [reading for reading in readings if not count(reading.app)]
    if not empty:
        return None
    routes = (f for sheet in sheets for f in sheet.facts.values() if f.kind == "route")
    unsure = [(ROUTELESS, fact.place) for fact in routes if not fact.sure]
    if doubts or unsure:
        return undecided(doubts or unsure)
    verdict = Verdict("unseen")
    verdict.unseen = [(one.entry, "no-routes", "", (one.place[0], 0)) for one in empty]
    return verdict


def _same(one: Sheet, other: Sheet) -> bool:
    """Whether two sheets hold the same facts, in an order that means the same."""
    if one.facts.keys() != other.facts.keys():
        return False
    shapes = ((fact.shape, other.facts[key].shape) for key, fact in one.facts.items())
    if any(relation(mine, theirs) != SAME for mine, theirs in shapes):
        return False
    return _sequences(one) == _sequences(other)


def _sequences(sheet: Sheet) -> dict[tuple[str, str, str], list[str]]:
    """Return the names of the facts whose order may count, in their order."""
    found: dict[tuple[str, str, str], list[str]] = {}
    keys: list[Key] = [key for key in sheet.facts if key[1] in ORDERED]
    for scope, kind, subject, name in keys:
        found.setdefault((scope, kind, subject), []).append(name)
    return found
