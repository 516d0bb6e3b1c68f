"""What the function and its emulator wrote: one file for both."""

from __future__ import annotations

import re
import time
from pathlib import Path

INITIALISED = b"(rapid) INIT RTDONE(status: success)"
NO_RUNTIME_CLIENT = b"No module named awslambdaric"
TAIL_BYTES = 64 * 1024
SILENCE_SECONDS = 0.05

# Lines that say nothing about this function: the emulator's own, Lambda's framing, and the
# runtime client's advice about every exception.
EMULATOR = r"\d\d \w{3} \d{4} [\d:,]+ \[\w+\] \(rapid\) "
NOISE = re.compile(
    rf"{EMULATOR}"
    r"|(START|END|REPORT) RequestId: "
    r"|.*LAMBDA_WARNING: Unhandled exception\."
    r'|  File "<frozen (importlib|runpy)\b'  # Python's own, between the lines that say where
)
# The emulator's words on what could not be started: the kind, who ended how, and the reason.
FATAL = re.compile(r"First fatal error stored in appctx: (\S+)")
ENDED = re.compile(r"Process (?:extension-|)(\S+?)(?:-\d+)? exited: (.+)")
REASON = re.compile(
    r"(?:Init|Invoke) failed (?:InvokeID=\S* )?error=(.*?)(?: InvokeID=\S*)?$", re.M
)
NO_EXTENSIONS = "assuming no extensions to be loaded"
REGISTERED = re.compile(r"External agent (\S+) \(\S+\) registered")


class Log:
    """A log file that grows."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._read = self._marked = self._size()

    def mark(self) -> None:
        """Remember how long it is."""
        self._marked = self._size()

    def grown(self) -> bool:
        """Whether somebody has written since the mark."""
        return self._size() > self._marked

    def settle(self, seconds: float) -> None:
        """Wait for the last words, so long at most: those of a container come a little later."""
        deadline = time.monotonic() + seconds
        before = -1
        while before != self._size() and time.monotonic() < deadline:
            before = self._size()
            time.sleep(SILENCE_SECONDS)

    def _size(self) -> int:
        return self.path.stat().st_size if self.path.exists() else 0

    def initialised(self) -> bool:
        """Whether an init phase has ended well since the last time that one had."""
        with self.path.open("rb") as file:
            file.seek(self._read)
            new = file.read()
        found = new.find(INITIALISED)
        if found >= 0:
            self._read += found + len(INITIALISED)
            return True
        # The last bytes again next time: they may be half of what is looked for.
        self._read += max(0, len(new) - len(INITIALISED))
        return False

    def lacks_runtime_client(self) -> bool:
        """Whether the interpreter could not find the runtime client."""
        return NO_RUNTIME_CLIENT in self._end()

    def failure(self) -> tuple[str, str] | None:
        """The kind and the reason of the last init phase that failed; None where none is told.

        The emulator answers a call with nothing then, and Lambda with these.
        """
        text = self._text()
        fatal = list(FATAL.finditer(text))
        reason = REASON.search(text, fatal[-1].start()) if fatal else None
        if reason is None:
            return None
        ended = ENDED.search(text, fatal[-1].start(), reason.start())
        who, how = ended.groups() if ended else ("", "")
        named = f"{who} ended: {how}" if "Extension" in fatal[-1][1] and who else reason[1]
        return fatal[-1][1], f"{named} ({how})" if how and how not in named else named

    def waits_for(self) -> str:
        """Which extensions have registered, where Lambda would wait for some; else nothing."""
        text = self._text()
        if NO_EXTENSIONS in text:
            return ""
        names = dict.fromkeys(REGISTERED.findall(text))
        return f"; extensions that registered: {', '.join(names) or 'none'}"

    def tail(self, lines: int) -> str:
        """The last lines that the function wrote; the emulator's own are left out."""
        # The runtime client keeps a traceback in one record by writing \r and no-break spaces.
        text = self._text().replace("\r", "\n").replace("\u00a0", " ")
        # The emulator writes behind a line that the function has not ended.
        text = re.sub(f"(?={EMULATOR})", "\n", text)
        written = [line for line in text.splitlines() if line.strip() and not NOISE.match(line)]
        return "\n".join(written[-lines:])

    def panic(self) -> str:
        """Why the emulator did not start."""
        written = self._text().splitlines() or ["it wrote nothing"]
        return next((line for line in written if "[PANIC]" in line), written[-1])

    def _text(self) -> str:
        return self._end().decode(errors="replace")

    def _end(self) -> bytes:
        if not self.path.exists():
            return b""
        with self.path.open("rb") as file:
            file.seek(max(0, self.path.stat().st_size - TAIL_BYTES))
            return file.read()
