"""A reader of one's own, and a bad one: what it does to its worker, the document says."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from watchers.model import Body, Document, NoOptions, Passage, PostMeta, Reader, Reading
from watchers.trouble import TroubleRecord, Unreadable

KEPT: list[bytes] = []


def read(body: Body, _options: NoOptions) -> Reading:
    word, _, rest = body.content.partition(b" ")
    if word == b"many":
        return _many(rest.decode())
    behaviour = globals().get(f"_{word.decode(errors='replace')}", _say)
    text = behaviour(rest)
    return Reading(documents=(Document(key="one", title="Read", meta=PostMeta(author=text)),))


def _many(what: str) -> Reading:
    """So many documents, passages or troubles."""
    number = int(what.split()[1])
    if what.startswith("documents"):
        return Reading(documents=tuple(Document(key=str(at), meta=PostMeta()) for at in range(number)))
    if what.startswith("characters"):
        return Reading(documents=(Document(key="one", meta=PostMeta(), passages=(Passage(text="x" * number),)),))
    if what.startswith("passages"):
        return Reading(documents=(Document(key="one", meta=PostMeta(), passages=(Passage(text="x"),) * number),))
    told = (TroubleRecord(kind="unreadable", detail=f"entry {at} is odd", mend="Mend it.") for at in range(number))
    return Reading(documents=(Document(key="one", meta=PostMeta()),), troubles=tuple(told))


def _say(rest: bytes) -> str:
    return rest.decode(errors="replace")


def _hang(_rest: bytes) -> str:
    while True:
        time.sleep(60)


def _spin(_rest: bytes) -> str:
    while True:
        pass


def _exit(rest: bytes) -> str:
    os._exit(int(rest))


def _leave(_rest: bytes) -> str:
    raise SystemExit


def _crash(_rest: bytes) -> str:
    os.kill(os.getpid(), signal.SIGSEGV)
    return ""


def _swell(_rest: bytes) -> str:
    while True:
        KEPT.append(b"x" * 10_000_000)


def _swallow(_rest: bytes) -> str:
    """As a library does that takes a lack of memory for a fault of the document."""
    with contextlib.suppress(MemoryError):
        _swell(b"")
    return "all is well"


def _flood(rest: bytes) -> str:
    return "x" * int(rest)


def _nest(_rest: bytes) -> str:
    return _nest(_rest)


def _fail(rest: bytes) -> str:
    raise ZeroDivisionError(rest.decode())


def _refuse(rest: bytes) -> str:
    raise Unreadable(rest.decode(), "Mend it so.")


def _print(rest: bytes) -> str:
    """To everything that a library may take for standard output."""
    sys.stdout.write(rest.decode() * 100)
    sys.stdout.flush()
    sys.stderr.write(rest.decode())
    os.write(1, b"\0" * 100)
    return "printed"


def _lie(rest: bytes) -> str:
    """Speaks to the pipe past its worker, as one would that took it over."""
    for number in range(3, 20):
        with contextlib.suppress(OSError):
            os.write(number, rest)
    os._exit(0)


def _start(rest: bytes) -> str:
    """Leaves a process behind, and its number in a file."""
    process = subprocess.Popen(["sleep", "600"])
    path = Path(rest.decode())
    path.with_suffix(".part").write_text(str(process.pid))
    path.with_suffix(".part").rename(path)
    return _hang(b"")


def _surrogate(_rest: bytes) -> str:
    return "\ud800"


def _environment(_rest: bytes) -> str:
    return " ".join(f"{key}={value}" for key, value in os.environ.items())


def _session(_rest: bytes) -> str:
    return f"{os.getpid()} {os.getsid(0)}"


def _limits(_rest: bytes) -> str:
    import resource

    return f"{resource.getrlimit(resource.RLIMIT_CORE)} {resource.getrlimit(resource.RLIMIT_AS)[0]}"


READER = Reader("hostile_reader", 1, read, NoOptions)
