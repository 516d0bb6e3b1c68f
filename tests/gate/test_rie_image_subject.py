"""What an image runs: the template decides, then the command line, then the image itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from gate.rie import image as images
from gate.rie.image import Image
from gate.rie.image_subject import Wanted
from gate.rie.template import Declared

AWS, OWN = ("/lambda-entrypoint.sh",), ("/var/task/entry.sh",)


def image(entry_point: tuple[str, ...], *command: str) -> Image:
    return Image("backend:1", entry_point, command, "amd64", "", ())


def declared(*command: str) -> Declared:
    return Declared("cdk.out", command, (), "", 3, 128, 512, "x86_64", (), environment={})


def wanted(handler: str, configured: str, template: Declared | None) -> Wanted:
    return Wanted(handler, configured, 3, template, "x86_64", Path())


@pytest.mark.parametrize(
    ("template", "handler", "there", "configured", "runs"),
    [
        (declared("a.f"), "", image(AWS, "b.f"), "c.f", ("a.f",)),
        (declared(), "", image(AWS, "b.f"), "c.f", ("b.f",)),
        (declared(), "", image(AWS), "c.f", ()),  # as on Lambda, which knows no settings
        (None, "a.f", image(AWS, "b.f"), "c.f", ("a.f",)),
        (None, "", image(AWS, "b.f"), "", ("b.f",)),
        (None, "", image(AWS), "c.f", ("c.f",)),
        (None, "", image(OWN), "c.f", ("c.f",)),
        (None, "", image(AWS), "", ("handler.lambda_handler",)),
        (None, "", image(OWN), "", ()),  # whatever it is, it may take none
        (None, "", image((), "uvicorn", "a:b"), "", ("uvicorn", "a:b")),
    ],
)
def test_who_says_what_runs(
    template: Declared | None,
    handler: str,
    there: Image,
    configured: str,
    runs: tuple[str, ...],
) -> None:
    assert wanted(handler, configured, template).command(there) == runs


def test_two_commands_that_differ_are_found() -> None:
    (finding,) = images.contradicts(image(AWS, "handler.old"), "handler.new")
    assert finding.rule == "smoke.image-command"
    assert "starts handler.old (CMD), and [tool.gate] handler says handler.new" in finding.message


@pytest.mark.parametrize(
    ("there", "configured"),
    [(image(AWS), "a.f"), (image(AWS, "a.f"), "a.f"), (image(AWS, "a.f"), "")],
)
def test_one_command_is_enough(there: Image, configured: str) -> None:
    assert images.contradicts(there, configured) == []
