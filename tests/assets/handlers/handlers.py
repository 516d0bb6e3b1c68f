"""Handlers, each broken in its own way; `ok` is not."""

import json
import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time

CALLS = 0


def answer(**body):
    body = json.dumps({"hello": "world", **body})
    return {"statusCode": 200, "headers": {"content-type": "application/json"}, "body": body}


def ok(event, context):
    return answer(pid=os.getpid(), cwd=os.getcwd(), environment=dict(os.environ), path=sys.path)


def wrong_answer(event, context):
    return {"statusCode": 500, "body": '{"detail": "no database"}'}


def wrong_when_warm(event, context):
    global CALLS
    CALLS += 1
    return answer() if CALLS == 1 else wrong_answer(event, context)


def wrong_for_rest(event, context):
    return answer() if event.get("version") == "2.0" else {"hello": "world"}


def raises(event, context):
    raise ValueError("boom")


def leaks(event, context):
    print("the secret is", os.environ["SECRET"])
    raise ValueError(f"{os.environ['SECRET']} is wrong: {event}")


def exits(event, context):
    os._exit(3)


def exits_by_the_book(event, context):
    sys.exit("no way")


def hangs(event, context):
    time.sleep(600)


def hangs_when_asked(event, context):
    return hangs(event, context) if event.get("hang") else ok(event, context)


def stubborn(event, context):
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    hangs(event, context)


def nothing(event, context):
    return None


def wrong_shape(event, context):
    return {"statusCode": 200, "body": {"hello": "world"}}


def not_json(event, context):
    return object()


def too_large(event, context):
    return "x" * 7_000_000


def prints_a_lot(event, context):
    for number in range(50_000):
        print("x" * 100, number)
    print("the last line")
    return answer()


def closes_its_output(event, context):
    os.close(1)
    os.close(2)
    return answer()


def ends_the_emulator(event, context):
    if not event.get("spare"):
        os.kill(os.getppid(), signal.SIGKILL)
        time.sleep(600)
    return answer()


# A daemon of the old school: its parent is gone, its session is its own, it heeds no signal.
DAEMON = """
import os, signal, time
if os.fork() == 0:
    os.setsid()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    if os.fork() == 0:
        time.sleep(600)
"""


def spawns(event, context):
    subprocess.run([sys.executable, "-c", DAEMON], check=True, stdout=subprocess.DEVNULL)
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    return answer()


def writes_beside_itself(event, context):
    with open(os.path.join(os.path.dirname(__file__), "written"), "w"):
        return answer()


def writes_where_it_may(event, context):
    for folder in ("/tmp", tempfile.gettempdir()):
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"a")
    return answer()


def needs_a_home(event, context):
    return answer(home=os.listdir(os.path.expanduser("~")))


def needs_root(event, context):
    os.chown(tempfile.mkdtemp(), 0, 0)
    return answer(root=os.setuid(0))


def shares_memory(event, context):
    return answer(lock=str(multiprocessing.Lock()))


def bytes_for_an_answer(event, context):
    return b"hello"


def a_set(event, context):
    return {"statusCode": 200, "body": "{}", "headers": {"x"}}


def not_a_number(event, context):
    return {"statusCode": float("nan"), "body": "{}"}


def a_number(event, context):
    return 5


def status_as_text(event, context):
    return {**answer(), "statusCode": "200"}


def status_as_float(event, context):
    return {**answer(), "statusCode": 200.0}


def status_as_bool(event, context):
    return {**answer(), "statusCode": True}


def header_without_value(event, context):
    return {**answer(), "headers": {"x-next": None}}


def cookie_in_headers(event, context):
    return {**answer(), "headers": {"Set-Cookie": "a=1; Path=/"}}


def not_base64(event, context):
    return {**answer(), "isBase64Encoded": True}


def large_body(event, context):
    return answer(data="x" * 7_000_000)


def forks_and_answers(event, context):
    if os.fork() == 0:
        time.sleep(600)
    return answer()


def hangs_when_warm(event, context):
    global CALLS
    CALLS += 1
    return answer() if CALLS == 1 else hangs(event, context)


def reads_beside_itself(event, context):
    with open("probes.toml") as file:
        return answer(length=len(file.read()))


def serves_on_the_usual_port(event, context):
    with socket.create_server(("127.0.0.1", 8080)):
        return answer()


def changes_its_environment(event, context):
    os.environ.clear()
    os.environ["AWS_LAMBDA_RUNTIME_API"] = "nowhere"
    return answer()


def shows_its_settings(event, context):
    names = ("LOG_LEVEL", "TOKEN", "EXTRA", "AWS_ENDPOINT_URL", "HOME")
    seen = {name: os.environ.get(name, "") for name in names}
    memory = context.memory_limit_in_mb
    return answer(seen=seen, memory=int(memory), path=event.get("rawPath") or event["path"])


def for_a_balancer(event, context):
    return {
        **answer(),
        "isBase64Encoded": False,
        "statusDescription": "200 OK",
        "multiValueHeaders": {"content-type": ["application/json"]},
    }


def can_write(folder):
    try:
        with open(os.path.join(folder, "a"), "w") as file:
            file.write("a")
    except OSError:
        return False
    return True


def confined(event, context):
    status = open("/proc/self/status").read()
    confinement = {
        "writable": [f for f in ("/", "/var/task", "/tmp", "/dev/shm") if can_write(f)],
        "root": os.getuid() == 0 or os.path.exists(os.path.expanduser("~")),
        "capabilities": status.split("CapPrm:")[1].split()[0].strip("0"),
    }
    if confinement == {"writable": ["/tmp"], "root": False, "capabilities": ""}:
        return answer()
    return {"statusCode": 500, "body": json.dumps({"detail": str(confinement)})}


def token_of_nobody(event, context):
    """Logs everybody in, and knows nobody afterwards."""
    headers = {name.lower(): value for name, value in event["headers"].items()}
    if headers.get("authorization") != "Bearer nobody":
        return answer(token="a-token")
    return answer()


def dies_when_logged_in(event, context):
    headers = {name.lower(): value for name, value in event["headers"].items()}
    if "authorization" in headers:
        os._exit(3)
    return answer(token="a-token")
