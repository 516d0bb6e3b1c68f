"""Images as public reports tell of them: what is wrong with each, and what the gate must say.

Each is built on one base that keeps the contract of AWS's own, by a few lines of a Dockerfile and
a few files; its last line of code answers rightly.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

ANSWERS = """
import json
def handler(event, context):
    headers = {"content-type": "application/json"}
    return {"statusCode": 200, "headers": headers, "body": json.dumps({"hello": "world"})}
"""
# An entry point of somebody's own, which starts the runtime client with the command.
SCRIPT = '#!/bin/sh\nexec /var/lang/bin/python3 -m awslambdaric "$@"\n'
CALLS = '#!/bin/sh\nexec /var/task/wrapper.sh "$@"\n'
CLIENT = "ENV PYTHONPATH=/var/runtime"
STARTS = f'{CLIENT}\nENTRYPOINT ["/var/task/entry.sh"]'
EXTENDS = "COPY ext /opt/extensions/ext"
INIT = "smoke.init-failed"

# The protocols of AWS Lambda Web Adapter, whose own program no package registry has: it
# registers as an extension, waits for the server, and is the runtime client in its place.
ADAPTER = """#!/var/lang/bin/python3
import json, os, threading, time
from urllib.request import Request, urlopen
api = "http://" + os.environ["AWS_LAMBDA_RUNTIME_API"]
server = "http://127.0.0.1:8080"
calls = api + "/2018-06-01/runtime/invocation/"
beside = api + "/2020-01-01/extension/"
name = {"Lambda-Extension-Name": "ext"}
answer = urlopen(Request(beside + "register", b'{"events": []}', name))
who = {"Lambda-Extension-Identifier": answer.headers["Lambda-Extension-Identifier"]}
waits = Request(beside + "event/next", headers=who)
threading.Thread(target=urlopen, args=(waits,), daemon=True).start()
while True:
    try:
        urlopen(server)
        break
    except OSError:
        time.sleep(0.01)
while True:
    call = urlopen(calls + "next")
    page = urlopen(server + json.load(call)["rawPath"])
    said = {"statusCode": page.status, "headers": dict(page.headers), "body": page.read().decode()}
    urlopen(Request(calls + call.headers["Lambda-Runtime-Aws-Request-Id"] + "/response",
                    json.dumps(said).encode()))
"""
SERVER = """
from http.server import BaseHTTPRequestHandler, HTTPServer
class Answers(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.end_headers()
        self.wfile.write(b'{"hello": "world"}')
HTTPServer(("", 8080), Answers).serve_forever()
"""


@dataclass(frozen=True)
class Part:
    """A shared library at a path: Python's own `math`, with some bytes in place of others."""

    path: str
    old: bytes
    new: bytes

    def of(self, library: bytes) -> bytes:
        """Return the library's bytes with these in them."""
        assert self.old in library
        return library.replace(self.old, self.new)


@dataclass(frozen=True)
class Kind:
    """One image.

    Args:
        rule: the finding that there must be; empty: the image is right.
        says: what its message must say; of a right image, one of the notes.
        fix: what its advice must say.
        lines: of the Dockerfile, below `COPY . /var/task/`.
        files: what is copied, beside `app.py`; a text that begins with `->` is a link.
        modes: permissions that are not the usual ones.
        left_out: what .dockerignore names.
        handler: what the command line says; empty: the image says it.
        target: where the files are copied to.
        part: a native part.
    """

    rule: str = ""
    says: str = ""
    fix: str = ""
    lines: str = ""
    files: Mapping[str, str | bytes] = field(default_factory=dict)
    modes: Mapping[str, int] = field(default_factory=dict)
    left_out: str = ""
    handler: str = "app.handler"
    target: str = "/var/task/"
    part: Part | None = None


def code(*lines: str) -> dict[str, str]:
    """The handler's module with lines of its own at the top."""
    return {"app.py": "\n".join((*lines, ANSWERS))}


def entry(text: str, mode: int = 0o755, **more: str) -> tuple[dict[str, str], dict[str, int]]:
    """An entry point, and the mode of all scripts beside it."""
    scripts = {"entry.sh": text} | {f"{name}.sh": value for name, value in more.items()}
    return scripts, dict.fromkeys(scripts, mode)


def script(says: str, fix: str, text: str, mode: int = 0o755, **more: str) -> Kind:
    """An image whose own entry point does not start."""
    files, modes = entry(text, mode, **more)
    return Kind(INIT, says, fix, STARTS, files, modes)


def imports(says: str, fix: str, *lines: str, **more: str | bytes) -> Kind:
    """An image that is wrong by what its code does at import."""
    files: dict[str, str | bytes] = {name.replace("_dot_", "."): more[name] for name in more}
    return Kind(INIT, says, fix, files={**code(*lines), **files})


def native(says: str, fix: str, old: bytes, new: bytes, name: str = "math.so") -> Kind:
    """An image with a package whose native part, a real one, is another machine's or system's."""
    files = {**code("import dep"), "dep/__init__.py": "from . import math"}
    return Kind(INIT, says, fix, files=files, part=Part(f"dep/{name}", old, new))


# Of a shared library, in the header of its file.
X86_64, ARM64 = (b"\x03\x00%c\x00\x01\x00\x00\x00" % number for number in (62, 183))
WINDOWS = "has the line endings of Windows: it asks for '/bin/sh\\r'"
BARE = 'ENTRYPOINT []\nCMD ["/lambda-entrypoint.sh"]'
SHELL_CMD = 'CMD ["app.handler"]'
DATA = "open('data.json')"

KINDS: dict[str, Kind] = {
    # ------------------------------------------------------------ right as they are
    "plain": Kind(lines='CMD ["app.handler"]', handler=""),
    "another working directory": Kind(lines="WORKDIR /srv"),
    "a server on port 8080": Kind(
        files=code("import http.server as s", "s.HTTPServer(('', 8080), 0)")
    ),
    "no ENTRYPOINT": Kind(
        lines='ENTRYPOINT []\nCMD ["/lambda-entrypoint.sh", "app.handler"]', handler=""
    ),
    "web adapter": Kind(
        says="ext (in /opt/extensions) asks Lambda for requests",
        lines=f'{EXTENDS}\nENTRYPOINT []\nCMD ["python", "server.py"]',
        files={"ext": ADAPTER, "server.py": SERVER},
        modes={"ext": 0o755},
        handler="",
    ),
    "reserved variables": Kind(
        says="Lambda sets AWS_LAMBDA_RUNTIME_API, AWS_REGION itself",
        lines="ENV AWS_LAMBDA_RUNTIME_API=localhost:9001 AWS_REGION=eu-central-1",
        files=code("import os", "assert os.environ['AWS_REGION'] == 'us-east-1'"),
    ),
    "shell-form ENTRYPOINT that says all": Kind(
        says="ENTRYPOINT is in shell form: it is never given the command ignored",
        lines='ENTRYPOINT /lambda-entrypoint.sh app.handler\nCMD ["ignored"]',
        handler="",
    ),
    # ------------------------------------------------------------ what starts
    "CRLF": script(WINDOWS, "Unix line endings", SCRIPT.replace("\n", "\r\n")),
    "CRLF in a wrapper": script(
        f"wrapper.sh {WINDOWS}", "Unix line", CALLS, wrapper=SCRIPT.replace("\n", "\r\n")
    ),
    "CRLF without a first line": Kind(
        INIT,
        "Handler 'handler ' missing",
        "Unix line endings",
        f'{CLIENT}\nENTRYPOINT ["/bin/sh", "/var/task/entry.sh"]',
        {"entry.sh": SCRIPT.replace("\n", "\r\n")},
    ),
    "no first line": script("does not begin with #!", "#!/bin/sh", SCRIPT.partition("\n")[2]),
    "no such shell": script("asks for /bin/bash", "#!/bin/sh", SCRIPT.replace("/sh", "/bash")),
    "not executable": script("entry.sh has mode 0644", "chmod a+rx", SCRIPT, 0o644),
    "no such entry point": Kind(
        INIT, "the image has no /entry.sh", "COPY the file", 'ENTRYPOINT ["/entry.sh"]'
    ),
    "shell-form CMD": Kind(INIT, "CMD is in shell form", SHELL_CMD, "CMD app.handler", handler=""),
    "shell-form ENTRYPOINT": Kind(
        INIT,
        "ENTRYPOINT is in shell form",
        "ENTRYPOINT [",
        f"{CLIENT}\nENTRYPOINT python -m awslambdaric\n{SHELL_CMD}",
        handler="",
    ),
    "CMD of a module that is not there": Kind(
        INIT,
        "No module named 'lazy_app'",
        "correct its name",
        'CMD ["lazy_app.handler"]',
        handler="",
    ),
    "no handler": Kind(INIT, "exit status 142", "give it one argument", BARE, handler=""),
    "a server": Kind(
        INIT,
        "a server was started, which nobody asks",
        "AWS Lambda Web Adapter",
        "ENTRYPOINT []\nCMD python -m http.server 8080",
        handler="",
    ),
    "web adapter and another port": Kind(
        INIT,
        "the extension beside it asks Lambda for nothing",
        "AWS_LWA_PORT",
        f"{EXTENDS}\nENTRYPOINT []\nCMD python -m http.server 9000",
        {"ext": ADAPTER},
        {"ext": 0o755},
        handler="",
    ),
    "web adapter below AWS's entry point": Kind(
        INIT,
        "takes one handler, and no server",
        'ENTRYPOINT: ["python", "server.py"]',
        f'{EXTENDS}\nCMD ["python", "server.py"]',
        {"ext": ADAPTER, "server.py": SERVER},
        {"ext": 0o755},
        handler="",
    ),
    "no such server": Kind(
        INIT,
        "the image has no program uvicorn",
        "install it in the Dockerfile",
        'ENTRYPOINT ["uvicorn", "app:app"]\nCMD []',
        handler="",
    ),
    "nothing says the handler": Kind(
        INIT,
        "handler.lambda_handler does not initialise: Runtime.ImportModuleError: Unable to import "
        "module 'handler': No module named 'handler'",
        "correct its name",
        handler="",
    ),
    "no runtime client": Kind(
        INIT,
        "Runtime.ExitError",
        "put awslambdaric into",
        'ENTRYPOINT ["python", "-m", "awslambdaric"]',
    ),
    "extension that crashes": Kind(
        INIT,
        "Extension.Crash: ext ended: exit status 3",
        "/opt/extensions",
        EXTENDS,
        {"ext": "#!/bin/sh\nexit 3\n"},
        {"ext": 0o755},
    ),
    "extension that never registers": Kind(
        INIT,
        "the extension ext never registers",
        "/opt/extensions",
        EXTENDS,
        {"ext": "#!/bin/sh\nexec sleep 600\n"},
        {"ext": 0o755},
    ),
    # ------------------------------------------------------------ what is in it, and where
    "code of its owner": Kind(
        "smoke.unreadable",
        "/var/task/service.py (0600)",
        "chmod -R a+rX",
        files={"service.py": ""},
        modes={"service.py": 0o600},
    ),
    "folder of its owner": Kind(
        "smoke.unreadable",
        "/var/task/pkg (0700)",
        "chmod -R a+rX",
        "USER 1234",
        {"pkg/__init__.py": ""},
        {"pkg": 0o700},
    ),
    "data of its owner": Kind(
        INIT,
        "/var/task/data.json has mode 0600",
        "USER changes nothing",
        files={**code(DATA), "data.json": ""},
        modes={"data.json": 0o600},
    ),
    "module left out": Kind(
        INIT,
        "it is in the source, service.py, and not in the image",
        ".dockerignore",
        files={**code("import service"), "service.py": ""},
        left_out="service.py",
    ),
    "data left out": Kind(
        INIT,
        "it is in the source, data.json, and not in the image",
        ".dockerignore",
        files={**code("open('/var/task/data.json')"), "data.json": ""},
        left_out="*.json",
    ),
    "code in another folder": Kind(
        INIT,
        "the image has /code/app.py, and Python looks in /var/task",
        "name /code in PYTHONPATH",
        target="/code/",
    ),
    "runtime client in another folder": Kind(
        INIT,
        "the image has /var/task/app.py, and Python looks in /srv",
        "where the function starts, /srv",
        f'{CLIENT}\nWORKDIR /srv\nENTRYPOINT ["python", "-m", "awslambdaric"]',
    ),
    "data in another folder": Kind(
        INIT,
        "the image has /var/task/data.json, and the function starts in /srv",
        "Path(__file__).parent",
        "WORKDIR /srv",
        {**code(DATA), "data.json": ""},
    ),
    "data in /tmp": Kind(
        INIT,
        "/tmp is empty when a function starts",  # noqa: S108 - Lambda's
        "put it elsewhere",
        "COPY data.json /tmp/",
        {**code("open('/tmp/data.json')"), "data.json": ""},
    ),
    "PYTHONPATH overwritten": Kind(  # by which the folders of layers are looked in no more
        INIT,
        "the image has /opt/python/dep.py, and Python looks in /var/task, /app",
        "name /opt/python in PYTHONPATH",
        "COPY layer /opt/python\nENV PYTHONPATH=/app",
        {**code("import dep"), "layer/dep.py": ""},
    ),
    "LD_LIBRARY_PATH overwritten": Kind(
        INIT,
        "and LD_LIBRARY_PATH is /usr/lib",
        "add /var/lang/lib to it",
        "ENV LD_LIBRARY_PATH=/usr/lib",
    ),
    "link out of the tree": Kind(
        INIT,
        "/var/task/shared is a link to ../shared, and there is nothing",
        "copy what it leads to",
        files={**code("import shared"), "shared": "->../shared"},
    ),
    # ------------------------------------------------------------ what it does at import
    "capital letters": imports(
        "there is /var/task/models.py", "very name", "import Models", models_dot_py=""
    ),
    "other Python's bytecode": imports(
        "bad magic number in 'dep'",
        "copy the source",
        "import dep",
        dep_dot_pyc=b"\xcb\r\r\n" + b"\0" * 60,
    ),
    "bytecode alone": Kind(
        INIT,
        "dep.cpython-312.pyc alone",
        "copy the source",
        files={**code("import dep"), "__pycache__/dep.cpython-312.pyc": b"\xcb\r\r\n"},
    ),
    "other Python's native part": native(
        "dep/math.cpython-312-x86_64-linux-gnu.so is not for this function's Python",
        "own Python",
        b"ELF",
        b"ELF",
        "math.cpython-312-x86_64-linux-gnu.so",
    ),
    "other machine's native part": native(
        "dep/math.so is made for arm64", "architecture", X86_64, ARM64
    ),
    "library that is not there": native(
        "the image has no libq.so.6", "install it in the Dockerfile", b"libm.so.6", b"libq.so.6"
    ),
    "newer system's native part": native(
        "GLIBC_9.2.5' not found", "manylinux", b"GLIBC_2.2.5", b"GLIBC_9.2.5"
    ),
    "writes into its home": imports(
        "Lambda's user has no home directory",
        "HOME=/tmp",
        "import os",
        "open(os.path.expanduser('~/.cache'), 'w')",
    ),
    "writes where it starts": imports("Read-only file system", "below", "open('a.log', 'w')"),
    "a name for its user": imports(
        "uid not found: 993", "has no name", "import os, pwd", "pwd.getpwuid(os.getuid())"
    ),
    "shared memory": imports(
        "FileNotFoundError", "no /dev/shm", "import multiprocessing", "multiprocessing.Queue()"
    ),
    "exits with 0": imports("exit status 0", "__name__", "import sys", "sys.exit()"),
    "no time zones": imports(
        "No time zone found", "tzdata", "import zoneinfo", "zoneinfo.ZoneInfo('Europe/Berlin')"
    ),
    "serves at import": imports(
        "Runtime.InitTimeout",
        "a server that is started there never returns",
        "import http.server as s",
        "s.HTTPServer(('', 8080), s.SimpleHTTPRequestHandler).serve_forever()",
    ),
}


def plant(kind: Kind, base: str, library: bytes, folder: Path) -> Path:
    """Write what the image is built from; returns the folder."""
    files = {**code(), **kind.files, ".dockerignore": f"Dockerfile\n{kind.left_out}\n"}
    if kind.part:
        files[kind.part.path] = kind.part.of(library)
    files["Dockerfile"] = f"FROM {base}\nCOPY . {kind.target}\n{kind.lines}\n"
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, str) and content.startswith("->"):
            path.symlink_to(content.removeprefix("->"))
        else:
            path.write_bytes(content.encode() if isinstance(content, str) else content)
    for path in folder.rglob("*"):
        if not path.is_symlink():
            usual = 0o755 if path.is_dir() else 0o644
            path.chmod(kind.modes.get(path.relative_to(folder).as_posix(), usual))
    return folder
