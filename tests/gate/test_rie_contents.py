"""What a tree of files holds, links and permissions included."""

from __future__ import annotations

import io
import tarfile

import pytest

from gate.rie import contents
from gate.rie.contents import Contents, Entry

FILE, FOLDER, CLOSED = Entry(0o644), Entry(0o755, folder=True), Entry(0o700, folder=True)
TREE = Contents(
    {
        "/a": FOLDER,
        "/a/b.py": FILE,
        "/a/secret.py": Entry(0o600),
        "/c": CLOSED,
        "/c/d.py": FILE,
        "/to-a": Entry(0o777, target="a"),
        "/a/up": Entry(0o777, target="../to-a/b.py"),
        "/whole": Entry(0o777, target="/a/b.py"),
        "/gone": Entry(0o777, target="../../nothing"),
        "/round": Entry(0o777, target="round"),
    }
)


@pytest.mark.parametrize(
    ("path", "real"),
    [
        ("/a/b.py", "/a/b.py"),
        ("/to-a/b.py", "/a/b.py"),
        ("/a/up", "/a/b.py"),
        ("/whole", "/a/b.py"),
        ("/a/../a/./b.py", "/a/b.py"),
        ("/", "/"),
        ("/gone", None),
        ("/round", None),
        ("/a/b.py/c", None),
    ],
)
def test_links_are_followed(path: str, real: str | None) -> None:
    assert TREE.real(path) == real
    assert (TREE.at(path) is None) == (real is None)


@pytest.mark.parametrize(
    ("path", "closed"),
    [
        ("/a/b.py", None),
        ("/a/secret.py", "/a/secret.py"),
        ("/c/d.py", "/c"),
        ("/c", "/c"),
        ("/absent.py", None),
    ],
)
def test_what_others_may_not_read_is_told(path: str, closed: str | None) -> None:
    found = TREE.closed(path)
    assert (found and found[0]) == closed


def test_an_archive_is_read_from_the_folder_that_it_begins_in() -> None:
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w") as tar:
        folder = tarfile.TarInfo("task")
        folder.type, folder.mode = tarfile.DIRTYPE, 0o755
        tar.addfile(folder)
        file = tarfile.TarInfo("task/run.sh")
        file.size, file.mode = 9, 0o750
        tar.addfile(file, io.BytesIO(b"#!/bin/sh"))
        link = tarfile.TarInfo("task/link")
        link.type, link.linkname = tarfile.SYMTYPE, "run.sh"
        tar.addfile(link)
    data.seek(0)
    with tarfile.open(fileobj=data) as tar:
        found = contents.of_tar(tar, "/var")
    assert found.at("/var/task/link") == Entry(0o750, head=b"#!/bin/sh")
