"""The child's side of `watchers.child`: read a request from standard input, answer on what was standard output."""

import json
import os
import sys
from typing import BinaryIO

from watchers.child import HEAD
from watchers.model import Body
from watchers.readers import find
from watchers.trouble import Unreadable


def main() -> None:
    memory, output = int(sys.argv[1]), int(sys.argv[2])
    _limit(memory)
    # Libraries print; the pipe is for answers alone.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    requests = sys.stdin.buffer
    while head := requests.read(HEAD.size):
        said_length, body_length = HEAD.unpack(head)
        said = json.loads(requests.read(said_length))
        answer = _answer(said, requests.read(body_length), output)
        _send(answers, answer)


def _answer(said: dict[str, str], content: bytes, output: int) -> bytes:
    try:
        reader = find(said["reader"])
        body = Body(content, url=said["url"], media_type=said["media_type"], charset=said["charset"])
        reading = reader.read(body, reader.options.model_validate_json(said["options"]))
        answer = b'{"reading":' + reading.model_dump_json().encode("utf-8", "surrogatepass") + b"}"
        if len(answer) > output:
            return _sorry(f"the reader {said['reader']} made more than {output / 1_000_000:g} MB of it")
    except Unreadable as trouble:
        return _sorry(trouble.detail, trouble.mend)
    except MemoryError:
        return _sorry(f"the reader {said['reader']} wanted more memory than it may have")
    except RecursionError:
        return _sorry(f"it is nested too deeply for the reader {said['reader']}")
    except Exception as error:  # noqa: BLE001 - whatever a document does to a library is that document's trouble
        return _sorry(f"the reader {said['reader']} failed on it ({type(error).__name__})")
    return answer


def _sorry(detail: str, mend: str | None = None) -> bytes:
    return json.dumps({"unreadable": detail, "mend": mend}).encode()


def _send(answers: BinaryIO, answer: bytes) -> None:
    answers.write(HEAD.pack(len(answer), 0) + answer)
    answers.flush()


def _limit(memory: int) -> None:
    if sys.platform == "win32":
        return
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    most = memory if hard == resource.RLIM_INFINITY else min(memory, hard)
    try:
        resource.setrlimit(resource.RLIMIT_AS, (most, hard))
    except (ValueError, OSError):
        return  # macOS knows the name and refuses the limit; the clock and the output limit still hold


if __name__ == "__main__":
    main()
