"""Compares two entry points that were read."""

from __future__ import annotations

from gate.static import facts, showing
from gate.static.history import alike, count
from gate.static.reading import Reading, Unseen
from gate.static.relation import SAME, relation
from gate.static.shapes import TooMuchError, arguments, begin, shape
from gate.static.sheet import Fact, Sheet, name_of
from gate.static.source import Broken, Sources
from gate.static.values import Made, Undecided

TYPE_CHECKING = False  # typing is slow to import
if TYPE_CHECKING:
    from gate.static.values import Place

    Reason = tuple[str, Place]

ORDERED = ("wrapper", "middleware", "start-up hook", "shutdown hook", "dependency")


class Verdict:
    """What reading came to.

    ``kind`` is "same", "single" (one object under both names), "differ", "unseen" or "undecided";
    ``reasons`` say what stopped us, ``sheets`` hold the facts on both sides where they differ.
    """

    def __init__(self, kind: str, routes: int = 0) -> None:
        self.kind = kind
        self.routes = routes
        self.reasons: list[Reason] = []
        self.unseen: list[tuple[str, str, str, Place]] = []  # entry, kind, message, place
        self.sheets: tuple[Sheet, Sheet] | None = None
        self.constructed: tuple[Place, Place] | None = None


def compare(sources: Sources, reference: str, candidate: str, prepare: str = "") -> Verdict:
    """Return how two entry points of a tree compare. Their files are there."""
    begin()
    readings = []
    verdict = Verdict("unseen")
    for entry, other in ((reference, candidate), (candidate, reference)):
        try:
            readings.append(Reading(sources, entry, other))
        except Broken as exc:
            verdict.unseen.append((entry, "import-failed", exc.message, exc.place))
        except Unseen as exc:
            verdict.unseen.append((entry, exc.kind, exc.message, exc.place))
        except Undecided as exc:
            verdict.reasons.append((exc.reason, exc.place))
        except (RecursionError, MemoryError, TooMuchError):
            verdict.reasons.append(("it is nested too deeply to be followed", (entry, 1)))
    if len(readings) == 2:  # noqa: PLR2004 - both could be read
        return _guarded(readings[0], readings[1], prepare)
    if not verdict.unseen:
        verdict.kind = "undecided"
    return verdict


def said(verdict: Verdict, reference: str, candidate: str) -> str:
    """Return the line that a passing verdict says."""
    if verdict.kind == "single":
        return f"single entry point: {reference} is {candidate}"
    return f"{reference} and {candidate} are written to build the same"


def _guarded(reference: Reading, candidate: Reading, prepare: str) -> Verdict:
    try:
        return _compared(reference, candidate, prepare)
    except Undecided as exc:
        reason, place = exc.reason, exc.place
    except Broken as exc:
        reason, place = exc.message, exc.place
    except (RecursionError, MemoryError, TooMuchError):
        reason, place = "it is nested too deeply to be followed", reference.place
    return _undecided([(reason, place)])


def _undecided(reasons: list[Reason]) -> Verdict:
    verdict = Verdict("undecided")
    verdict.reasons = list(dict.fromkeys(reasons))
    return verdict


def _compared(reference: Reading, candidate: Reading, prepare: str) -> Verdict:
    single = reference.is_other or candidate.is_other
    if single and alike(reference, candidate) and count(reference.app):
        return Verdict("single", count(reference.app))
    if prepare:
        for reading in (reference, candidate):
            reading.prepare(prepare)
    doubts = _elsewhere(reference, candidate)
    if not doubts and alike(reference, candidate):
        if count(reference.app):
            return Verdict("single" if single else "same", count(reference.app))
        doubts.append(("whether it has a route is not known", reference.app.place))
    sheets = (_sheet(reference), _sheet(candidate))
    doubts += [*sheets[0].doubts, *sheets[1].doubts]
    verdict = _without_routes((reference, candidate), sheets, doubts)
    if verdict is not None:
        return verdict
    verdict = _undecided(doubts)
    if not doubts and _same(*sheets):
        verdict.kind = "same"
        verdict.routes = count(reference.app)
        return verdict
    verdict.kind = "undecided" if doubts else "differ"
    verdict.sheets = sheets
    verdict.constructed = (reference.app.place, candidate.app.place)
    return verdict


def _without_routes(
    readings: tuple[Reading, Reading], sheets: tuple[Sheet, Sheet], doubts: list[Reason]
) -> Verdict | None:
    """An application that has no route is a finding, where it surely has none."""
    empty = [reading for reading in readings if not count(reading.app)]
    routes = (f for sheet in sheets for f in sheet.facts.values() if f.kind == "route")
    unsure = [
        ("whether it has a route is not known", fact.place) for fact in routes if not fact.sure
    ]
    if not empty:
        return None
    if doubts or unsure:
        return _undecided(doubts or unsure)
    verdict = Verdict("unseen")
    verdict.unseen = [(one.entry, "no-routes", "", (one.place[0], 0)) for one in empty]
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


def _elsewhere(reference: Reading, candidate: Reading) -> list[Reason]:
    """Return what is done elsewhere than to the applications, in one entry point alone."""
    ours, theirs = (reading.world.effects for reading in (reference, candidate))
    reasons: list[Reason] = []
    for mine, others in ((ours, theirs), (theirs, ours)):
        rest = [what for what, _ in others]
        for what, place in mine:
            if what in rest:
                rest.remove(what)
            else:
                reasons.append(("what this changes is not known", place))
    return reasons


def _same(one: Sheet, other: Sheet) -> bool:
    """Whether two sheets hold the same facts, in an order that means the same."""
    if one.facts.keys() != other.facts.keys():
        return False
    for key, fact in one.facts.items():
        if relation(fact.shape, other.facts[key].shape) != SAME:
            return False
    mine, theirs = (
        [k for k in sheet.facts if k[1] in (*ORDERED, "route")] for sheet in (one, other)
    )
    return _sequences(mine) == _sequences(theirs)


def _sequences(keys: list[tuple[str, str, str, str]]) -> dict[tuple[str, str, str], list[str]]:
    found: dict[tuple[str, str, str], list[str]] = {}
    for scope, kind, subject, name in keys:
        found.setdefault((scope, kind, subject), []).append(name)
    return found
