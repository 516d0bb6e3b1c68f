"""Write git's pre-commit hook of this checkout: `make hooks`.

Run by the project's own Python; standard library alone.
"""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MARK = "# Written by `make hooks`"
CHECKS = ("parity --static", "audit")
# Where reading does not tell, or tells of a drift, importing says which.
DECIDES = {"parity --static": "parity"}

# The index is judged, not the work tree: what is staged is what will be in the commit.
HOOK = """\
#!/bin/sh
{mark}: refuses a commit whose entry points drift apart, or that says a thing twice.
staged=$(mktemp -d) || exit 2
trap 'rm -rf "$staged"' EXIT
trap 'exit 130' HUP INT TERM
git checkout-index --all --prefix="$staged/" && cd "$staged" || exit 2
status=0
{checks}
if [ "$status" -ne 0 ]; then
    echo "pre-commit: refused; correct what is said above and stage it" >&2
fi
exit "$status"
"""


class HookError(Exception):
    """No hook was written; the message says why, and what to do."""


def script(python: str) -> str:
    """The hook's text; ``python`` has the gate."""
    return HOOK.format(mark=MARK, checks="\n".join(_line(python, check) for check in CHECKS))


def _line(python: str, check: str) -> str:
    gate = f"{shlex.quote(python)} -P -m gate"
    if check in DECIDES:
        return f"{gate} {check} >/dev/null 2>&1 || {gate} {DECIDES[check]} || status=$?"
    return f"{gate} {check} || status=$?"


def install(checkout: Path, python: str) -> str:
    """Write the hook of the repository that ``checkout`` is of; return what was done.

    Raises:
        HookError: no git repository, hooks that are shared with others, or somebody's own hook.
    """
    hook = _folder(checkout) / "pre-commit"
    wanted = script(python)
    if hook.exists() or hook.is_symlink():
        present = _text(hook)
        if MARK not in present:
            raise HookError(f"{hook} is a hook of your own; add to it:\n{_commands(python)}")
        if present == wanted:
            return f"{hook} is there already"
    hook.parent.mkdir(parents=True, exist_ok=True)
    hook.write_text(wanted, encoding="utf-8")
    hook.chmod(0o755)
    return f"{hook} written: {', '.join(f'gate {check}' for check in CHECKS)} before each commit"


def _folder(checkout: Path) -> Path:
    """The folder of the hooks; a worktree has those of its repository."""
    folder = (checkout / _git(checkout, "--git-path", "hooks")).resolve()
    own = [Path(_git(checkout, "--git-common-dir")), Path(_git(checkout, "--show-toplevel"))]
    if not any(folder.is_relative_to((checkout / one).resolve()) for one in own):
        raise HookError(
            f"core.hooksPath names {folder}, which other repositories use too; add to a hook there,"
            " or unset it for this one: git config --local core.hooksPath .git/hooks"
        )
    return folder


def _git(checkout: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(
            ["git", "rev-parse", *arguments],  # noqa: S607 - git is found on PATH, as by its user
            cwd=checkout,
            capture_output=True,
            text=True,
            check=True,
        )
    except FileNotFoundError as exc:
        raise HookError("git is not on PATH; install it") from exc
    except subprocess.CalledProcessError as exc:
        raise HookError(f"{checkout}: {exc.stderr.strip()}; clone the repository first") from exc
    return done.stdout.strip()


def _text(hook: Path) -> str:
    try:
        return hook.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""  # a program, or a link to nowhere: not ours


def _commands(python: str) -> str:
    return "\n".join(f"  {shlex.quote(python)} -P -m gate {check}" for check in CHECKS)


def main() -> int:
    """Write the hook; returns the exit code."""
    try:
        print(f"hooks: {install(ROOT, sys.executable)}")
    except HookError as exc:
        print(f"hooks: {exc}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
