"""Compares two entry points by reading them."""

from __future__ import annotations

from gate.static.brief import TooMuchError, begin
from gate.static.history import alike, count, elsewhere
from gate.static.reading import Reading, Unseen
from gate.static.source import Broken, Sources
from gate.static.twins import are_twins
from gate.static.values import Undecided

TYPE_CHECKING = False  # typing is slow to import
if TYPE_CHECKING:
    from gate.static.sheet import Sheet
    from gate.static.values import Place

    Reason = tuple[str, Place]

DEEP = "it is nested too deeply to be followed"
MUCH = "there is too much in it to be compared"
ROUTELESS = "whether it has a route is not known"


class Verdict:
    """What reading came to.

    ``kind`` is "same", "single" (one object under both names), "differ", "unseen" or "undecided";
    ``reasons`` say what stopped us, ``unseen`` (entry, kind, message, place) why there surely is
    nothing to compare, ``sheets`` hold the facts on both sides where they may differ.
    """

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.reasons: list[Reason] = []
        self.unseen: list[tuple[str, str, str, Place]] = []
        self.sheets: tuple[Sheet, Sheet] | None = None
        self.constructed: tuple[Place, Place] | None = None


def said(verdict: Verdict, reference: str, candidate: str) -> str:
    """Return the line that a passing verdict says."""
    if verdict.kind == "single":
        return f"single entry point: {reference} is {candidate}"
    return f"{reference} and {candidate} are written to build the same"


def undecided(reasons: list[Reason]) -> Verdict:
    """Return the verdict that reading does not tell."""
    verdict = Verdict("undecided")
    verdict.reasons = list(dict.fromkeys(reasons))
    return verdict


def compare(sources: Sources, reference: str, candidate: str, prepare: str = "") -> Verdict:
    """Return how two entry points of a tree compare. Their files are there."""
    begin()
    verdict = Verdict("unseen")
    readings: list[Reading] = []
    for entry, other in ((reference, candidate), (candidate, reference)):
        reading = _read(sources, entry, other, verdict)
        surely = reading is not None and not _unknown(reading)
        if reading is not None and surely and count(reading.app):
            if reading.is_re_export:  # to read the other is to read it again
                return Verdict("single")
            if (
                not prepare
                and not reading.world.random
                and _are_twins(sources, reference, candidate)
            ):
                return Verdict("same")
        readings += [reading] if reading is not None else []
    if len(readings) == 2:  # noqa: PLR2004 - both could be read
        readings = _with_own(sources, readings, verdict)
    if len(readings) == 2:  # noqa: PLR2004
        return _compared(readings[0], readings[1], prepare)
    return verdict if verdict.unseen else undecided(verdict.reasons)


def _with_own(sources: Sources, readings: list[Reading], verdict: Verdict) -> list[Reading]:
    """Read again where modules of their own build the applications: they are the entry points' own.

    Functions in them are compared by their code, as those of the entry points' modules.
    """
    built = {reading.built for reading in readings}
    own = frozenset(built - {reading.module_name for reading in readings})
    if len(built) < len(readings) or not own:
        return readings
    begin()
    pairs = ((readings[0].entry, readings[1].entry), (readings[1].entry, readings[0].entry))
    again = [_read(sources, *names, verdict, own) for names in pairs]
    return [reading for reading in again if reading is not None]


def _are_twins(sources: Sources, reference: str, candidate: str) -> bool:
    try:
        return are_twins(sources, reference, candidate)
    except (Broken, Undecided):
        return False


def _read(
    sources: Sources, entry: str, other: str, verdict: Verdict, own: frozenset[str] = frozenset()
) -> Reading | None:
    """Read one entry point; why that cannot be goes into ``verdict``."""
    try:
        return Reading(sources, entry, other, own)
    except Broken as exc:
        verdict.unseen.append((entry, "import-failed", exc.message, exc.place))
    except Unseen as exc:
        verdict.unseen.append((entry, exc.kind, exc.message, exc.place))
    except Undecided as exc:
        verdict.reasons.append((exc.reason, exc.place))
    except TooMuchError:
        verdict.reasons.append((MUCH, (sources.path(entry.partition(":")[0]), 1)))
    except (RecursionError, MemoryError):
        verdict.reasons.append((DEEP, (sources.path(entry.partition(":")[0]), 1)))
    return None


def _compared(reference: Reading, candidate: Reading, prepare: str) -> Verdict:
    try:
        return _by_history(reference, candidate, prepare)
    except Undecided as exc:
        return undecided([(exc.reason, exc.place)])
    except Broken as exc:
        return undecided([(exc.message, exc.place)])
    except Unseen as exc:
        return undecided([(exc.message, exc.place)])
    except TooMuchError:
        return undecided([(MUCH, reference.place)])
    except (RecursionError, MemoryError):
        return undecided([(DEEP, reference.place)])


def _unknown(*readings: Reading) -> list[Reason]:
    """Return what may fail: where it does, there is nothing to compare."""
    worlds = [reading.world for reading in readings]
    return [doubt for world in worlds for doubt in (*world.doubts, *world.outside)]


def _by_history(reference: Reading, candidate: Reading, prepare: str) -> Verdict:
    """Compare what was done, one thing after the other; where that differs, what came of it."""
    single = reference.is_other or candidate.is_other
    surely = not _unknown(reference, candidate)
    if single and surely and count(reference.app) and alike(reference, candidate):
        return Verdict("single")
    if prepare:
        for reading in (reference, candidate):
            reading.prepare(prepare)
    unknown = _unknown(reference, candidate)
    doubts: list[Reason] = []
    if not unknown and alike(reference, candidate):
        if count(reference.app):
            return Verdict("single" if single else "same")
        doubts.append((ROUTELESS, reference.app.place))
    doubts += elsewhere(reference, candidate, shared_only=True)
    doubts += [doubt for reading in (reference, candidate) for doubt in reading.world.doubts]
    from gate.static.sheets import by_facts  # noqa: PLC0415 - most pairs never come here

    verdict = by_facts((reference, candidate), doubts)
    if verdict.kind == "same" and unknown:
        return undecided(unknown)
    verdict.reasons = verdict.reasons or unknown  # what differs may be of no consequence
    return verdict
