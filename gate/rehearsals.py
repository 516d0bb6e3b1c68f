"""``rehearsals/NAME.toml``: an incident as data: what breaks, where it must be stopped, by when.

The keys of a file are the fields of `Incident`; docs/rehearsals.md says what each of them means.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from types import MappingProxyType

from gate.report import CannotLook, shown
from gate.tables import WrongTable, made

FOLDER = "rehearsals"
# The road of one change, in order; the last two have traffic.
STAGES = ("commit", "synth", "build", "smoke", "publish", "hook", "shift", "watch")
WITH_TRAFFIC = ("shift", "watch")
KINDS = ("login", "start-up", "degraded", "drift", "watcher")
ACTIONS = ("replace", "append", "delete", "copy_from")
NOTHING: Mapping[str, float] = MappingProxyType({})


@dataclass(frozen=True)
class Break:
    """One edit of a tree: exactly one of `replace` (of `find`), `append`, `delete`, `copy_from`."""

    file: str
    find: str = ""
    replace: str | None = None
    append: str | None = None
    delete: bool | None = None
    copy_from: str | None = None


@dataclass(frozen=True)
class Stopped:
    """The latest stage that may stop it; with traffic also the alarms, and seconds until told."""

    by: str
    within_seconds: float | None = None
    alarms: tuple[str, ...] = ()


@dataclass(frozen=True)
class Signals:
    """What the service emits once the incident has traffic; shares are 0 to 1, times ms.

    `probes` are by name, or `*`; `database` by the metric's name; `events` are the names of the
    EventBridge rules that tell, `undelivered` the messages of alarms that reach nobody.
    """

    kind: str
    probes: Mapping[str, float] = field(default_factory=lambda: NOTHING)
    canary_silent: bool = False
    function_errors: float = 0.0
    start_failures: str = ""
    start_failure_share: float = 1.0
    init_ms: float | None = None
    duration_p99_ms: float | None = None
    answers_5xx: float = 0.0
    throttled: float = 0.0
    concurrency: float = 0.0
    database: Mapping[str, float] = field(default_factory=lambda: NOTHING)
    events: tuple[str, ...] = ()
    undelivered: float = 0.0
    only_new_version: bool = False


@dataclass(frozen=True)
class World:
    """What is otherwise in the place where the version will run, and in no tree.

    `missing_secrets` names among database, jwt and probe; `sql` runs after the migrations;
    `foreign_processor`: the image's programs are made for another processor.
    """

    missing_secrets: tuple[str, ...] = ()
    probe_password: str = ""
    sql: tuple[str, ...] = ()
    database: bool = True
    foreign_processor: bool = False


@dataclass(frozen=True)
class Incident:
    """One way in which a release or a running service broke, somewhere, once."""

    name: str
    file: Path
    title: str
    history: str
    source: str
    stopped: Stopped
    breaks: tuple[Break, ...] = ()
    live: str = ""
    world: World = field(default_factory=World)
    signals: Signals | None = None


def load(folder: Path, names: Iterable[str] = ()) -> tuple[Incident, ...]:
    """Return the incidents of a folder by name, or those of ``names`` alone.

    Raises:
        CannotLook: no such folder or incident, or a file that does not say what it must.
    """
    if not folder.is_dir():
        raise CannotLook(f"{shown(folder)}: no such folder; it holds the incidents")
    files = {file.stem: file for file in sorted(folder.glob("[!_]*.toml"))}
    wanted = tuple(names)
    unknown = [name for name in wanted if name not in files]
    if unknown:
        raise CannotLook(f"{shown(folder)}: no incident {unknown[0]}; there: {', '.join(files)}")
    chosen = wanted or tuple(files)
    if not chosen:
        raise CannotLook(f"{shown(folder)}: no incident there")
    return tuple(_incident(files[name]) for name in dict.fromkeys(chosen))


def _incident(file: Path) -> Incident:
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
        table["breaks"] = table.pop("break", [])
        incident = made(Incident, {**table, "name": file.stem, "file": file})
        _consistent(incident)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as exc:
        raise CannotLook(f"{shown(file)}: cannot be read as TOML: {exc}") from exc
    except WrongTable as exc:
        raise CannotLook(f"{shown(file)}: {exc}") from exc
    return incident


def _consistent(incident: Incident) -> None:
    """Raise for what each key alone cannot show."""
    stopped, signals = incident.stopped, incident.signals
    for broken in incident.breaks:
        _one_action(broken)
    for is_wrong, message in _rules(incident, stopped, signals):
        if is_wrong:
            raise WrongTable(message)


def _rules(
    incident: Incident, stopped: Stopped, signals: Signals | None
) -> Iterator[tuple[bool, str]]:
    """Each rule: whether it is broken, and what it says."""
    traffic = stopped.by in WITH_TRAFFIC
    told = stopped.alarms or (signals and signals.events)
    said = incident.title.strip() and incident.history.strip()
    by = f"[stopped] by {stopped.by}"
    yield not said, "title and history must say something"
    yield not incident.source.startswith("https://"), "source must be a public https:// address"
    yield bool(incident.breaks) == bool(incident.live), "say [[break]] or live, and not both"
    yield stopped.by not in STAGES, f"[stopped] by must be one of {', '.join(STAGES)}"
    if signals:
        yield signals.kind not in KINDS, f"[signals] kind must be one of {', '.join(KINDS)}"
    yield traffic and signals is None, f"{by}: say in [signals] what the service emits"
    yield traffic and stopped.within_seconds is None, f"{by}: say within_seconds"
    yield traffic and not told, f"{by}: say alarms, or events in [signals]"
    nothing = bool(incident.live) and incident.world == World()
    yield not traffic and nothing, f"{by}: say in [world] what is otherwise"


def _one_action(broken: Break) -> None:
    said = [action for action in ACTIONS if getattr(broken, action) is not None]
    paths = [PurePosixPath(one) for one in (broken.file, broken.copy_from or ".")]
    if len(said) != 1 or broken.delete is False:
        raise WrongTable(f"[[break]] {broken.file}: say exactly one of {', '.join(ACTIONS)}")
    if bool(broken.find) != (broken.replace is not None):
        raise WrongTable(f"[[break]] {broken.file}: find and replace go together")
    if any(path.is_absolute() or ".." in path.parts for path in paths):
        raise WrongTable(f"[[break]] {broken.file}: paths stay below the folder of the tree")
