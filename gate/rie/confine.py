"""Confines this process as Lambda confines a function: no root, nothing to write but /tmp.

A script of an interpreter of its own, which imports nothing of ours and forks: `python -I -S`.

    confine.py TRIAL

TRIAL is JSON: `check`, a command that ends with 0 where it finds itself confined and able to
work (it is told `user` and `read_only`); `places`, see `confine`. Prints the first of WAYS in
which that happens, as JSON. Linux only.
"""

import ctypes
import json
import os
import sys
from collections.abc import Iterator, Sequence
from typing import NoReturn

# How to be another user ("": not at all), and whether the file system can be read only.
WAYS = (
    ("namespace", True),
    ("nobody", True),
    ("namespace", False),
    ("nobody", False),
    ("", True),
    ("", False),
)
NOBODY = 65534
LAMBDA_USER, LAMBDA_GROUP = 993, 990  # those of Lambda's own sandbox; nobody has a home by them
CLONE_NEWNS, CLONE_NEWUSER = 0x00020000, 0x10000000
MS_BIND, MS_REC, MS_PRIVATE = 0x1000, 0x4000, 0x40000
AT_FDCWD, AT_RECURSIVE, RDONLY = -100, 0x8000, 1
MOUNT_SETATTR = 442  # by number, as the C library has no name for it
PR_SET_PDEATHSIG, PR_SET_NO_NEW_PRIVS = 1, 38
SIGKILL = 9


def confine(user: str, read_only: bool, writable: Sequence[str], kept: Sequence[str]) -> None:
    """Confine this process and what it starts.

    Args:
        user: how to be another user, one of WAYS.
        read_only: nothing is writable but the folders `writable`; in those, not the folders
            `kept`.

    Raises:
        OSError: the system does not allow it.
    """
    library = ctypes.CDLL(None, use_errno=True)
    uid, gid = os.getuid(), os.getgid()
    namespaces = (CLONE_NEWUSER if user == "namespace" else 0) | (CLONE_NEWNS if read_only else 0)
    if namespaces:
        _must(library.unshare(namespaces))
    if user == "namespace":
        _map(uid, gid)
    if read_only:
        _make_read_only(library, writable, kept)
    if user == "nobody":
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
    _must(library.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
    # A change of user makes the kernel forget it.
    _must(library.prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0))


def _map(uid: int, gid: int) -> None:
    """Be Lambda's user inside, and still who we are to the files outside."""
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{LAMBDA_USER} {uid} 1"),
        ("gid_map", f"{LAMBDA_GROUP} {gid} 1"),
    ):
        with open(f"/proc/self/{name}", "w") as file:  # noqa: PTH123 - pathlib takes its time
            file.write(text)


def _make_read_only(library: ctypes.CDLL, writable: Sequence[str], kept: Sequence[str]) -> None:
    for path in (*writable, *kept):
        name = os.fsencode(path)
        _must(library.mount(name, name, None, MS_BIND | MS_REC, None))
    _set(library, "/", on=RDONLY)
    for path in writable:
        _set(library, path, off=RDONLY)
    for path in kept:
        _set(library, path, on=RDONLY)


def _set(library: ctypes.CDLL, path: str, *, on: int = 0, off: int = 0) -> None:
    # struct mount_attr: set, clear, propagation, user namespace
    attributes = (ctypes.c_uint64 * 4)(on, off, MS_PRIVATE, 0)
    name, size = os.fsencode(path), ctypes.sizeof(attributes)
    call = library.syscall
    _must(call(MOUNT_SETATTR, AT_FDCWD, name, AT_RECURSIVE, ctypes.byref(attributes), size))


def _must(result: int) -> None:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def main(check: list[str], places: dict[str, list[str]]) -> int:
    """Print the first way in which the check passes."""
    way = next(way for way in _possible() if way == WAYS[-1] or _works(way, check, places))
    sys.stdout.write(json.dumps(way))
    return 0


def _possible() -> Iterator[tuple[str, bool]]:
    return (way for way in WAYS if way[0] != "nobody" or os.getuid() == 0)


def _works(way: tuple[str, bool], check: list[str], places: dict[str, list[str]]) -> bool:
    child = os.fork()
    if not child:
        _check(way, check, places)
    return os.waitpid(child, 0)[1] == 0


def _check(way: tuple[str, bool], check: list[str], places: dict[str, list[str]]) -> NoReturn:
    try:
        confine(*way, places["writable"], places["kept"])
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # ours is for the answer
        os.execv(check[0], [*check, way[0], "read-only" if way[1] else ""])  # noqa: S606 - no shell
    except OSError:
        os._exit(1)
    os._exit(1)


if __name__ == "__main__":
    sys.exit(main(**json.loads(sys.argv[1])))
