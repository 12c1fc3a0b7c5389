"""The child's side of `watchers.child`: read a request from standard input, answer on what was standard output."""

import json
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from watchers.child import HEAD
from watchers.model import Body, Reading
from watchers.readers import find
from watchers.trouble import Unreadable

MOST_DOCUMENTS = 10_000
"""Of one reading: as many as a file of our own documents may hold, half a second of the bot's time. A court's day has
some hundreds."""
MOST_PASSAGES = 100_000
MOST_TEXT = 10_000_000
"""Characters of one document: the rules want thirty bytes for each while they read it."""
MOST_TROUBLES = 50
"""Of one reading; what is beyond is told as a number."""


def main() -> None:
    memory, output, seconds = (int(argument) for argument in sys.argv[1:4])
    _limit(memory)
    # Libraries print; the pipe is for answers alone.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    requests = sys.stdin.buffer
    while head := requests.read(HEAD.size):
        said_length, body_length = HEAD.unpack(head)
        said = json.loads(requests.read(said_length))
        content = requests.read(body_length)
        _set_alarm(seconds)
        answer = _answer(said, content, memory, output)
        _set_alarm(0)
        _send(answers, answer)


def _answer(said: dict[str, str], content: bytes, memory: int, output: int) -> bytes:
    try:
        reader = find(said["reader"])
        body = Body(content, url=said["url"], media_type=said["media_type"], charset=said["charset"])
        reading = _bounded(reader.read(body, reader.options.model_validate_json(said["options"])), said)
        worn = b"true" if _most_memory() > memory / 2 else b"false"
        answer = b'{"worn":' + worn + b',"reading":' + reading.model_dump_json().encode() + b"}"
        if len(answer) > output:
            return _sorry(f"the reader {said['reader']} made more than {output / 1_000_000:g} MB of it", worn=True)
    except Unreadable as trouble:
        return _sorry(trouble.detail, trouble.mend, worn=_most_memory() > memory / 2)
    except MemoryError:
        return _sorry(f"the reader {said['reader']} wanted more memory than it may have", worn=True)
    except RecursionError:
        return _sorry(f"it is nested too deeply for the reader {said['reader']}")
    except Exception as error:  # noqa: BLE001 - whatever a document does to a library is that document's trouble
        # A library may have turned a lack of memory into an error of its own.
        return _sorry(f"the reader {said['reader']} failed on it ({type(error).__name__})", worn=True)
    return answer


def _bounded(reading: Reading, said: dict[str, str]) -> Reading:
    """What the bot can bear: it holds all of a reading at once. Raises `Unreadable`."""
    documents, passages = len(reading.documents), sum(len(document.passages) for document in reading.documents)
    if documents > MOST_DOCUMENTS or passages > MOST_PASSAGES:
        raise Unreadable(f"the reader {said['reader']} made {documents:,} documents of it, with {passages:,} passages")
    longest = max((sum(len(one.text) for one in document.passages) for document in reading.documents), default=0)
    if longest > MOST_TEXT:
        raise Unreadable(f"the reader {said['reader']} made a document of {longest:,} characters of it")
    more = len(reading.troubles) - MOST_TROUBLES
    if more <= 0:
        return reading
    last = reading.troubles[MOST_TROUBLES]
    told = last.model_copy(update={"detail": f"{last.detail}; and {more - 1:,} more troubles"})
    return reading.model_copy(update={"troubles": (*reading.troubles[:MOST_TROUBLES], told)})


def _sorry(detail: str, mend: str | None = None, *, worn: bool = False) -> bytes:
    return json.dumps({"unreadable": detail, "mend": mend, "worn": worn}).encode()


def _send(answers: BinaryIO, answer: bytes) -> None:
    answers.write(HEAD.pack(len(answer), 0) + answer)
    answers.flush()


def _set_alarm(seconds: int) -> None:
    """Ends this process by itself, in whatever library it hangs: the parent that would kill it may be gone."""
    if sys.platform != "win32":
        signal.alarm(seconds)


def _most_memory() -> int:
    """The most that was resident so far, in bytes."""
    if sys.platform == "win32":
        return 0
    import resource

    # What getrusage tells on Linux begins with the memory of the process that started this one.
    with suppress(OSError, ValueError, StopIteration), Path("/proc/self/status").open("rb") as told:
        return next(int(line.split()[1]) * 1024 for line in told if line.startswith(b"VmHWM:"))
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


def _limit(memory: int) -> None:
    if sys.platform == "win32":
        return
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    most = memory if hard == resource.RLIM_INFINITY else min(memory, hard)
    try:
        resource.setrlimit(resource.RLIMIT_AS, (most, hard))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (ValueError, OSError):
        return  # macOS knows the name and refuses the limit; the clock and the output limit still hold


if __name__ == "__main__":
    main()
