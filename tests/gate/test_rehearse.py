import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gate import rehearsals
from gate.rehearsing import road, tree
from tests.gate.processes import VARIABLE, marked, new_mark

ROOT = Path(__file__).resolve().parents[2]
TOLD = 'title = "T"\nhistory = "H"\nsource = "https://example.com/1"\n'
BREAK = '[[break]]\nfile = "app.txt"\nfind = "good"\nreplace = "bad"\n'
ROAD = """\
assembly = "cdk.out"
first = ["one"]

[[step]]
stage = "commit"
name = "reads nothing of it"
run = ["sh", "-c", "mkdir made && date > made/at"]
reads = ["other.txt"]
makes = ["made"]

[[step]]
stage = "smoke"
name = "finds what is bad"
run = ["sh", "-c", "test -e made/at || exit 3; ! grep bad app.txt"]
reads = ["app.txt"]

[[step]]
stage = "hook"
name = "asks the world"
run = ["sh", "-c", "echo $REHEARSAL_WORLD; ! echo $REHEARSAL_WORLD | grep -q jwt"]
reads = ["other.txt"]
asks_world = true
"""


class Checkout:
    """A checkout with a road of three steps, and one incident."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "checkout"
        self.temporary = folder / "t"
        self.temporary.mkdir()
        self.mark = new_mark()
        (self.folder / "rehearsals").mkdir(parents=True)
        subprocess.run(["git", "init", "-q", str(self.folder)], check=True)
        self.write("pyproject.toml", "[tool.gate]\n")
        self.write("app.txt", "good\n")
        self.write("other.txt", "good\n")
        self.write("rehearsals/_road.toml", ROAD)

    def write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text, encoding="utf-8")

    def incident(self, text: str = BREAK, *, by: str = "smoke", name: str = "one") -> None:
        self.write(f"rehearsals/{name}.toml", f'{TOLD}{text}\n[stopped]\nby = "{by}"\n')

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "gate", "rehearse", *arguments],
            cwd=self.folder,
            env=os.environ
            | {"TMPDIR": str(self.temporary), "PYTHONPATH": str(ROOT), VARIABLE: self.mark},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def rehearse(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        process = self.start(*arguments)
        stdout, stderr = process.communicate(timeout=120)
        assert list(self.temporary.iterdir()) == []  # nothing is left
        return subprocess.CompletedProcess(process.args, process.returncode, stdout, stderr)


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


def line_of(done: subprocess.CompletedProcess[str], name: str) -> list[str]:
    """The cells of an incident's line in the matrix; the first word is the check's name."""
    lines = [line.split() for line in done.stdout.splitlines()]
    return next(line[2:] for line in lines if line[1:2] == [name] and "(T)" not in line)


def test_the_stage_that_stops_an_incident_is_named(checkout: Checkout) -> None:
    checkout.incident()
    done = checkout.rehearse()
    assert done.returncode == 0
    assert line_of(done, "one")[:4] == ["·", "·", "·", "STOPS"]
    assert "1 of 1 incidents stopped in time" in done.stdout
    assert "one: stopped by smoke (finds what is bad)" in done.stderr
    assert (checkout.folder / "app.txt").read_text() == "good\n"


def test_an_earlier_stage_may_stop_it(checkout: Checkout) -> None:
    checkout.incident(by="hook")
    assert checkout.rehearse().returncode == 0


def test_one_that_is_stopped_too_late_is_found(checkout: Checkout) -> None:
    checkout.incident(by="build")
    checkout.incident(by="hook", name="another")  # so that the road is walked so far
    done = checkout.rehearse()
    assert done.returncode == 1
    assert "one (T) is stopped by smoke (finds what is bad), and may by build" in done.stdout
    assert line_of(done, "one")[:4] == ["·", "·", "·", "LATE"]


def test_one_that_nothing_stops_is_found(checkout: Checkout) -> None:
    checkout.incident(BREAK.replace("bad", "fine"))
    done = checkout.rehearse()
    assert done.returncode == 1
    assert "one (T) passes every stage; it may by smoke at the latest" in done.stdout
    assert line_of(done, "one")[:4] == ["·", "·", "·", "UNSEEN"]


def test_a_world_that_is_otherwise_is_asked_for(checkout: Checkout) -> None:
    checkout.incident('live = "L"\n[world]\nmissing_secrets = ["jwt"]\n', by="hook")
    done = checkout.rehearse()
    assert done.returncode == 0
    assert "one: stopped by hook (asks the world)" in done.stderr


def test_a_step_that_does_not_end_stops_the_change(checkout: Checkout) -> None:
    slow = ROAD.replace("! grep bad app.txt", "grep good app.txt || sleep 600")
    limited = slow.replace('reads = ["app.txt"]', 'reads = ["app.txt"]\nseconds = 1.5')
    checkout.write("rehearsals/_road.toml", limited)
    checkout.incident()
    assert "one: stopped by smoke" in checkout.rehearse().stderr
    assert marked(checkout.mark) == []


def test_an_edit_that_finds_nothing_any_more_names_its_file(checkout: Checkout) -> None:
    checkout.incident(BREAK.replace("good", "gone"))
    done = checkout.rehearse()
    assert done.returncode == 2
    assert "rehearsals/one.toml: app.txt has 'gone' 0 times, not once" in done.stderr


def test_a_tree_that_does_not_pass_by_itself_says_so_first(checkout: Checkout) -> None:
    checkout.write("app.txt", "good bad\n")
    checkout.incident(BREAK.replace('"bad"', '"fine"'))
    done = checkout.rehearse()
    assert done.returncode == 2
    assert "the tree as it is does not pass smoke (finds what is bad)" in done.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_ended_leaves_nothing(checkout: Checkout, number: int) -> None:
    checkout.write("rehearsals/_road.toml", ROAD.replace("mkdir made", "sleep 600; mkdir made"))
    checkout.incident()
    process = checkout.start()
    while not list(checkout.temporary.glob("rehearse-*/whole/app.txt")):
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(number)
    process.communicate(timeout=60)
    assert process.returncode == 128 + number
    assert list(checkout.temporary.iterdir()) == []
    assert marked(checkout.mark) == []


def alarmed(checkout: Checkout, *, watched: bool) -> None:
    """Templates with two alarms; a deployment group looks at the first of them."""
    alarms = {
        key: {"Type": "AWS::CloudWatch::Alarm", "Properties": {"AlarmName": f"p-prod-{name}"}}
        for key, name in (("A", "new-version-errors"), ("B", "login-failed"))
    }
    looks = {"Alarms": [{"Name": {"Ref": "A"}}] if watched else []}
    group = {
        "Type": "AWS::CodeDeploy::DeploymentGroup",
        "Properties": {"AlarmConfiguration": looks},
    }
    (checkout.folder / "cdk.out").mkdir()
    checkout.write("cdk.out/s.json", json.dumps({"Resources": {**alarms, "G": group}}))
    stack = {
        "type": "aws:cloudformation:stack",
        "properties": {"templateFile": "s.json", "stackName": "p-prod-service"},
    }
    checkout.write("cdk.out/manifest.json", json.dumps({"artifacts": {"s": stack}}))


# How an incident with traffic is stopped, as the end of its file.
TRAFFIC = '{stage}"\nwithin_seconds = 60\nalarms = ["{alarm}"]\n[signals]\nkind = "login'
LOGIN_FAILED = TRAFFIC.format(stage="watch", alarm="login-failed")

# What the alarms make of an incident with traffic: stage, alarm, watched → what is said of it.
WITH_TRAFFIC = {
    "rolled back": ("shift", "new-version-errors", True, "stopped by shift (alarms)"),
    "nobody rolls back": ("shift", "new-version-errors", False, "not stopped"),
    "told": ("watch", "login-failed", True, "stopped by watch (alarms)"),
    "no such alarm": ("watch", "login-is-down", True, "not stopped"),
}


@pytest.mark.parametrize("what", WITH_TRAFFIC)
def test_with_traffic_an_alarm_must_tell(checkout: Checkout, what: str) -> None:
    stage, alarm, watched, words = WITH_TRAFFIC[what]
    alarmed(checkout, watched=watched)
    checkout.incident('live = "L"\n', by=TRAFFIC.format(stage=stage, alarm=alarm))
    assert f"one: {words}" in checkout.rehearse().stderr


TELLS = """
[[step]]
stage = "shift"
name = "plays them"
run = ["sh", "-c", "cp other.txt told.json; exit 1"]
reads = ["cdk.out/*"]
makes = ["told.json"]
tells = true
"""


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ("another", "one: stopped by watch (told after 90 s)"),
        ("one", "one: not stopped"),
        (None, "not a report of gate detect"),
    ],
)
def test_what_is_found_of_an_incident_that_is_played_counts(
    checkout: Checkout, found: str | None, words: str
) -> None:
    alarmed(checkout, watched=True)
    checkout.write(
        "rehearsals/_road.toml", ROAD.replace("first", 'told = "told.json"\nfirst') + TELLS
    )
    finding = {
        "message": "too late",
        "places": [{"path": f"rehearsals/{found}.toml", "line": None}],
    }
    rows = [{"noise": "one"}, {"incident": "one", "notify_p95": 90.4}]
    played = {"reports": [{"findings": [finding], "rows": rows}]}
    checkout.write("other.txt", json.dumps(played) if found else "")
    checkout.incident('live = "L"\n', by=LOGIN_FAILED)
    done = checkout.rehearse()
    assert words in done.stderr
    assert done.returncode == {"another": 0, "one": 1, None: 2}[found]


def test_some_incidents_come_first(checkout: Checkout) -> None:
    checkout.incident(name="a")
    checkout.incident(name="one")
    names = [line.split()[1] for line in checkout.rehearse().stdout.splitlines()]
    assert names[1:3] == ["one", "a"]


def test_the_steps_stand_in_the_order_of_the_stages(tmp_path: Path) -> None:
    (tmp_path / "_road.toml").write_text(ROAD.replace('"commit"', '"watch"'))
    with pytest.raises(Exception, match="the steps stand in the order of commit, synth"):
        road.load(tmp_path)


INCIDENTS = rehearsals.load(ROOT / rehearsals.FOLDER)


@pytest.mark.parametrize("incident", INCIDENTS, ids=lambda one: one.name)
def test_every_edit_finds_what_it_edits(incident: rehearsals.Incident, tmp_path: Path) -> None:
    named = {name for one in incident.breaks for name in (one.file, one.copy_from) if name}
    files = tuple(name for name in named if (ROOT / name).is_file())
    tree.apply(incident, tree.copy(ROOT, files, tmp_path / "tree"))


def test_every_incident_before_traffic_touches_a_step_of_the_road() -> None:
    steps = road.load(ROOT / rehearsals.FOLDER).step
    for incident in INCIDENTS:
        if incident.stopped.by not in rehearsals.WITH_TRAFFIC:
            assert any(step.is_touched_by(incident) for step in steps), incident.name


# One incident for each later stage → the step that stops it.
REPRESENTATIVE = {
    "undeclared-dependency": "smoke (gate smoke)",
    "snapshot-hook-broken": "publish (hooks before the snapshot)",
    "secret-deleted": "hook (pre-traffic hook)",
}


@pytest.mark.slow
def test_the_three_causes_of_the_incident_are_stopped(tmp_path: Path) -> None:
    names = ["ris-050-middleware", "ris-050-models", "ris-050-handler", *REPRESENTATIVE]
    done = subprocess.run(
        [sys.executable, "-m", "gate", "rehearse", *names],
        cwd=ROOT,
        env=os.environ | {"TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "6 of 6 incidents stopped in time" in done.stdout
    for name, by in REPRESENTATIVE.items():
        assert f"{name}: stopped by {by}" in done.stderr
    assert list(tmp_path.iterdir()) == []
