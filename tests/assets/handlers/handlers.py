"""Handlers, each broken in its own way; `ok` is not."""

import json
import os
import signal
import subprocess
import sys
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
        "writable": [folder for folder in ("/", "/var/task", "/tmp") if can_write(folder)],
        "root": os.getuid() == 0,
        "capabilities": status.split("CapPrm:")[1].split()[0].strip("0"),
    }
    if confinement == {"writable": ["/tmp"], "root": False, "capabilities": ""}:
        return answer()
    return {"statusCode": 500, "body": json.dumps({"detail": str(confinement)})}
