import re
from pathlib import Path

import pytest

from gate import rehearsals
from gate.rehearsals import Incident, Signals, World
from gate.report import CannotLook

FOLDER = Path(__file__).resolve().parents[2] / rehearsals.FOLDER
BROKEN = '[[break]]\nfile = "a.py"\ndelete = true\n'
GOOD = {
    "told": 'title = "T"\nhistory = "H"\nsource = "https://example.com/1"\n',
    "break": BROKEN,
    "stopped": '[stopped]\nby = "commit"\n',
    "signals": "",
}


def written(folder: Path, **parts: str) -> Incident:
    (folder / "one.toml").write_text("".join((GOOD | parts).values()), encoding="utf-8")
    (incident,) = rehearsals.load(folder)
    return incident


def test_a_file_is_read_as_it_stands(tmp_path: Path) -> None:
    one = written(
        tmp_path,
        **{
            "break": '[[break]]\nfile = "a.py"\nfind = "x"\nreplace = ""\n',
            "stopped": '[stopped]\nby = "watch"\nwithin_seconds = 120\nalarms = ["login"]\n',
            "signals": '[signals]\nkind = "login"\nprobes = { login = 1 }\ninit_ms = 9000\n',
        },
    )
    assert (one.name, one.title, one.stopped.by) == ("one", "T", "watch")
    assert (one.breaks[0].find, one.breaks[0].replace) == ("x", "")
    assert one.stopped.alarms == ("login",)
    assert one.signals == Signals(kind="login", probes={"login": 1.0}, init_ms=9000.0)


def test_a_live_incident_says_what_is_otherwise_in_the_world(tmp_path: Path) -> None:
    one = written(
        tmp_path,
        **{"break": 'live = "L"\n[world]\nmissing_secrets = ["jwt"]\n'},
    )
    assert one.world == World(missing_secrets=("jwt",))


# What a file says wrongly: the parts that are otherwise, and what is said of it.
WRONG = {
    "no history": ({"told": 'title = "T"\nsource = "https://e.com"\n'}, "history is missing"),
    "no source": (
        {"told": 'title = "T"\nhistory = "H"\nsource = "mine"\n'},
        "source must be a public https:// address",
    ),
    "unknown key": ({"told": f"{GOOD['told']}colour = 1\n"}, "no key 'colour'; there are name,"),
    "wrong type": ({"told": 'title = 1\nhistory = "H"\nsource = "https://e.com"\n'}, "title must"),
    "nothing breaks": ({"break": ""}, "say [[break]] or live, and not both"),
    "two actions": (
        {"break": '[[break]]\nfile = "a"\ndelete = true\nappend = "x"\n'},
        "[[break]] a: say exactly one of replace, append, delete, copy_from",
    ),
    "not deleted": ({"break": '[[break]]\nfile = "a"\ndelete = false\n'}, "say exactly one of"),
    "find alone": (
        {"break": '[[break]]\nfile = "a"\nfind = "x"\nappend = "y"\n'},
        "find and replace go together",
    ),
    "outside": (
        {"break": '[[break]]\nfile = "../a"\ndelete = true\n'},
        "paths stay below the folder of the tree",
    ),
    "stage": ({"stopped": '[stopped]\nby = "later"\n'}, "[stopped] by must be one of commit,"),
    "no signals": (
        {"stopped": '[stopped]\nby = "watch"\nwithin_seconds = 9\nalarms = ["a"]\n'},
        "[stopped] by watch: say in [signals] what the service emits",
    ),
    "no limit": (
        {"stopped": '[stopped]\nby = "shift"\n', "signals": '[signals]\nkind = "login"\n'},
        "[stopped] by shift: say within_seconds",
    ),
    "no alarm": (
        {
            "stopped": '[stopped]\nby = "shift"\nwithin_seconds = 9\n',
            "signals": '[signals]\nkind = "login"\n',
        },
        "[stopped] by shift: say alarms, or events in [signals]",
    ),
    "kind": ({"signals": '[signals]\nkind = "odd"\n'}, "[signals] kind must be one of login,"),
    "negative": (
        {"signals": '[signals]\nkind = "login"\nthrottled = -1\n'},
        "[signals] throttled must be a number from 0 up",
    ),
    "live and no world": (
        {"break": 'live = "L"\n'},
        "[stopped] by commit: say in [world] what is otherwise",
    ),
    "no TOML": ({"told": "title =\n"}, "cannot be read as TOML"),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_a_file_says_wrongly_is_named(tmp_path: Path, what: str) -> None:
    parts, words = WRONG[what]
    with pytest.raises(CannotLook, match=f"one.toml: .*{re.escape(words)}"):
        written(tmp_path, **parts)


def test_an_incident_that_is_not_there_is_named(tmp_path: Path) -> None:
    written(tmp_path)
    with pytest.raises(CannotLook, match="no incident two; there: one"):
        rehearsals.load(tmp_path, ["two"])
    with pytest.raises(CannotLook, match="no such folder"):
        rehearsals.load(tmp_path / "gone")


def test_the_projects_own_incidents_can_be_read() -> None:
    names = [one.name for one in rehearsals.load(FOLDER)]
    assert {"ris-050-middleware", "ris-050-models", "ris-050-handler"} <= set(names)


def test_the_last_run_that_is_written_down_has_every_incident() -> None:
    page = (FOLDER.parent / "docs" / "rehearsals.md").read_text(encoding="utf-8")
    names = [one.name for one in rehearsals.load(FOLDER)]
    assert [name for name in names if f"\n{name} " not in page] == []
