import socket

import aiohttp

from bot.web.server import WebServer


async def _nothing() -> list[str]:
    return []


async def _reasons() -> list[str]:
    return ["nothing can be sent: Slack answered token_revoked"]


async def _metrics() -> bytes:
    return b"onrecord_visits_total 3\n"


async def _get(server: WebServer, path: str) -> tuple[int, str]:
    async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{server.port}{path}") as answer:
        return answer.status, await answer.text()


async def test_alive_ready_and_measured():
    async with WebServer("127.0.0.1", 0, unready=_nothing, metrics=_metrics) as server:
        assert await _get(server, "/healthz") == (200, '{"alive": true}')
        assert await _get(server, "/readyz") == (200, '{"ready": true, "reasons": []}')
        assert await _get(server, "/metrics") == (200, "onrecord_visits_total 3\n")
        assert (await _get(server, "/else"))[0] == 404


async def test_not_ready_says_why_and_is_still_alive():
    async with WebServer("127.0.0.1", 0, unready=_reasons, metrics=_metrics) as server:
        status, body = await _get(server, "/readyz")
        assert status == 503
        assert "token_revoked" in body
        assert (await _get(server, "/healthz"))[0] == 200


async def test_a_port_that_is_taken_stops_nothing():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        async with WebServer("127.0.0.1", taken.getsockname()[1], unready=_nothing, metrics=_metrics) as server:
            assert server.port is None
