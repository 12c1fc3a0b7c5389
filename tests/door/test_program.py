"""The program as anybody starts it, without a configuration: what is private is not fetched by hand either."""

import tempfile
from pathlib import Path

import pytest

from attacks.inside import SECRET, Inside
from commands import onrecord


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "127.1", "2130706433", "localhost", "[::1]", "[::ffff:127.0.0.1]", "outside.test@127.0.0.1", "0"],
)
async def test_what_is_private_cannot_be_tried(tmp_path, monkeypatch, host):
    monkeypatch.chdir(tmp_path)
    with tempfile.TemporaryDirectory(prefix="door") as folder:
        async with Inside(Path(folder), shared=0) as inside:
            result = await onrecord("try", f"http://{host}:{inside.port}/secret", "--format", "json")
            assert result.status == 1
            (told,) = result.objects
            assert told["trouble"]["kind"] == "refused"
            assert SECRET not in result.out + result.err
            assert not await inside.reached()
