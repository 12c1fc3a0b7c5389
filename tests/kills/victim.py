"""The program, made to be killed: imported once, started by a fork, so that a kill costs little.

A process of its own that speaks lines of JSON. In come an `Order` and {"signal": [pid, number]}; out go
{"started": pid}, {"stopped": pid} and {"ended": [pid, status]}. When its input ends, so do all whom it started.
"""

import asyncio
import json
import logging
import os
import selectors
import signal
import sys
import threading
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any, NoReturn, TypedDict

import structlog

ROOT = str(Path(__file__).resolve().parent.parent.parent)
sys.path[:0] = [ROOT, str(Path(ROOT) / "tests")]

from bot import logs  # noqa: E402 - the path comes first
from bot.app import opened  # noqa: E402
from bot.config import load  # noqa: E402
from bot.slack.notifier import SlackNotifier  # noqa: E402
from bot.timings import Timings  # noqa: E402
from kills.seams import Fall  # noqa: E402

log = structlog.get_logger()


class Order(TypedDict):
    """A start. `fall`: point, its how-manieth passing, and the signal; `timings`: seconds, by `bot.timings` name."""

    config: str
    token: str
    log: str
    pace: float
    timings: dict[str, Any]
    fall: tuple[str, int, int] | None


class Starter:
    def __init__(self) -> None:
        self._alive: set[int] = set()
        self._woken, self._wake = os.pipe()
        for end in (self._woken, self._wake):
            os.set_blocking(end, False)

    def serve(self) -> None:
        signal.set_wakeup_fd(self._wake)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        assert threading.active_count() == 1, "a fork takes one thread with it, and the locks of all"
        with selectors.DefaultSelector() as selector:
            selector.register(0, selectors.EVENT_READ)
            selector.register(self._woken, selectors.EVENT_READ)
            rest = b""
            while True:
                for key, _ in selector.select():
                    if key.fd == self._woken:
                        os.read(self._woken, 4096)
                        self._tell_of_children()
                        continue
                    came = os.read(0, 65536)
                    if not came:
                        self._end()
                    *lines, rest = (rest + came).split(b"\n")
                    for line in lines:
                        self._obey(json.loads(line))

    def _obey(self, told: Any) -> None:
        if "signal" in told:
            pid, number = told["signal"]
            if pid in self._alive:  # not reaped yet, so the number is still its own
                os.kill(pid, number)
            return
        pid = os.fork()
        if pid == 0:
            self._be(told)
        self._alive.add(pid)
        _tell({"started": pid})

    def _be(self, order: Order) -> NoReturn:
        status = 1
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.close(self._woken)
            os.close(self._wake)
            told = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            nothing = os.open(os.devnull, os.O_RDONLY)
            os.dup2(nothing, 0)
            os.dup2(told, 1)
            os.dup2(told, 2)
            live(order)
            status = 0
        except BaseException:
            log.exception("victim.failed")
        finally:
            os._exit(status)

    def _tell_of_children(self) -> None:
        while self._alive:
            pid, status = os.waitpid(-1, os.WNOHANG | os.WUNTRACED)
            if not pid:
                return
            if os.WIFSTOPPED(status):
                _tell({"stopped": pid})
                continue
            self._alive.discard(pid)
            _tell({"ended": [pid, os.waitstatus_to_exitcode(status)]})

    def _end(self) -> NoReturn:
        for pid in self._alive:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        os._exit(0)


def _tell(what: dict[str, Any]) -> None:
    os.write(1, json.dumps(what).encode() + b"\n")


def live(order: Order) -> None:
    """`onrecord run`, with shorter waits and no terminal, until SIGTERM."""
    os.environ["SLACK_BOT_TOKEN"] = order["token"]
    config = load(Path(order["config"]), os.environ)
    logs.configure(config.secrets, level=logging.INFO)
    if order["fall"] is not None:
        Fall(*order["fall"]).install()
    notifier = SlackNotifier(
        config.secrets.slack_bot_token, base_url=config.slack.base_url, pace=timedelta(seconds=order["pace"])
    )

    async def run() -> None:
        stop = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
        async with opened(config, notifier, timings=timings_of(order["timings"]), patient=stop) as app:
            await app.run(stop)

    asyncio.run(run())


def timings_of(told: dict[str, Any]) -> Timings:
    return Timings(
        **{
            name: tuple(timedelta(seconds=one) for one in value)
            if isinstance(value, list)
            else timedelta(seconds=value)
            for name, value in told.items()
        }
    )


if __name__ == "__main__":
    Starter().serve()
