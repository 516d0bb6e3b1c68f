"""No alarm without a rehearsal that needs it, and no rehearsal of one that is not there."""

from __future__ import annotations

from gate import assembly, rehearsals
from gate.rehearsing import told
from stacks.settings import ROOT
from tests.stacks.assembled import Assembled

TELL = {"AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm", "AWS::Events::Rule"}


def test_what_tells_is_rehearsed_and_what_is_rehearsed_tells(prod: Assembled) -> None:
    there = told.names(assembly.stacks(prod.folder))
    incidents = rehearsals.load(ROOT / rehearsals.FOLDER)
    needed = {name for incident in incidents for name in told.needed(incident)}
    assert there - needed == set()
    assert needed - there == set()


def test_everything_that_tells_has_a_name(prod: Assembled) -> None:
    resources = [one for one in prod.resources() if one.body["Type"] in TELL]
    assert len(resources) == len(told.names(assembly.stacks(prod.folder)))
