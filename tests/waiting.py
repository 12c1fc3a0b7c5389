"""Wait for what tells nobody that it happened: a row in a store, a state inside a library."""

import asyncio
import inspect
from collections.abc import Callable
from typing import Any


async def until(condition: Callable[[], Any], *, within: float = 30) -> Any:
    """Ask again and again; what it said when that was true. `condition` may be a coroutine function."""
    async with asyncio.timeout(within):
        while True:
            said = condition()
            if inspect.isawaitable(said):
                said = await said
            if said:
                return said
            await asyncio.sleep(0.005)
