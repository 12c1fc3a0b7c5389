"""`onrecord run` as a process: it works until it is told to stop, and stops well."""

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")


async def test_runs_until_sigterm_and_tells_what_comes(setting):
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        "from bot.cli.main import main; main()",
        "run",
        "--config",
        setting.config,
        "--format",
        "json",
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},
    )
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        async with asyncio.timeout(60):
            said = b""
            while b"acme-news: first visit recorded" not in said:
                said += await process.stderr.readline()
            setting.publish("Acme ended the agreement and gets no portion of the revenue any more. " * 20)
            alert = json.loads(await process.stdout.readline())
            assert alert["source"] == "acme-news"
            process.send_signal(signal.SIGTERM)
            assert await process.wait() == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
