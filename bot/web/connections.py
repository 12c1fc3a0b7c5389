"""Connections to the web server that end: each carries one request and lives so long, and there are so many.

aiohttp waits for a request's head for as long as anybody likes to write it, and every open connection is a file that
the fetcher and the store cannot open.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from aiohttp import http_exceptions, web

MOST_CONNECTIONS = 100
LONGEST_CONNECTION = 30.0
"""Seconds from its beginning; no honest request takes so long to be written and answered."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def bounded(server: web.Server) -> Callable[[], asyncio.Protocol]:
    """For `loop.create_server`: connections of this server, ended when they are too many or too old."""
    loop = asyncio.get_running_loop()

    def connect() -> asyncio.Protocol:
        protocol = server()
        loop.call_later(0, begin, protocol)  # when it has its transport
        return protocol

    def begin(protocol: web.RequestHandler) -> None:
        transport = protocol.transport
        if not isinstance(transport, asyncio.Transport):
            return
        if len(server.connections) > MOST_CONNECTIONS:
            transport.abort()
        else:
            # Not closed: that would wait for one who does not read.
            loop.call_later(LONGEST_CONNECTION, transport.abort)

    return connect


@web.middleware
async def one_request(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A second request on a connection could be written for ever, as the first cannot."""
    try:
        response = await handler(request)
    except web.RequestPayloadError:  # a body that is not packed as it says
        response = web.Response(status=400)
    except web.HTTPException as refusal:
        refusal.force_close()
        raise
    response.force_close()
    return response


class OwnFaults(logging.Filter):
    """What a caller did wrong is answered to him; whoever writes nonsense shall not write our log."""

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        return not isinstance(error, http_exceptions.HttpProcessingError | web.RequestPayloadError | ConnectionError)
