"""Content codings, undone with a bound on what comes out: 25 MB of body may be 25 KB on the wire, or 25 GB."""

import sys
import zlib
from typing import Protocol

import brotli

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd


_HEADS = 4096
"""What a coding adds to a small body that cannot be made smaller."""


class TooLarge(Exception):
    """The body is larger than it may be."""

    def __init__(self, most: int) -> None:
        super().__init__(f"the body is larger than {most / 1_000_000:g} MB")


class _Undo(Protocol):
    def feed(self, data: bytes, room: int) -> bytes: ...

    def done(self) -> bool: ...


class Unpacker:
    """Feed it what comes from the wire; `feed` and `finish` raise `TooLarge`, or ValueError for a broken stream."""

    ACCEPTED = "gzip, deflate, br, zstd"

    def __init__(self, coding: str, most: int) -> None:
        self._most = most
        self._size = 0
        self._taken = 0
        self._parts: list[bytes] = []
        names = [name.strip().lower() for name in coding.split(",") if name.strip()]
        if len(names) > 2:
            raise ValueError(f"{len(names)} content codings, one in another")
        self._stages = [_stage(name) for name in reversed(names) if name != "identity"]

    def feed(self, data: bytes) -> None:
        # What yields nothing (empty gzip members, frames to be skipped) costs time and would never end.
        self._taken += len(data)
        if self._taken > self._most + self._most // 8 + _HEADS:
            raise TooLarge(self._most)
        for stage in self._stages:
            data = stage.feed(data, self._most - self._size)
        self._size += len(data)
        if self._size > self._most:
            raise TooLarge(self._most)
        self._parts.append(data)

    def finish(self) -> bytes:
        """The whole body. One of no bytes may leave its stream unbegun."""
        if self._taken and not all(stage.done() for stage in self._stages):
            raise ValueError("the compressed body ends too early")
        return b"".join(self._parts)


def _stage(name: str) -> _Undo:
    if name in {"gzip", "x-gzip"}:
        return _Zlib(31)
    if name == "deflate":
        return _Zlib(None)
    if name == "br":
        return _Brotli()
    if name == "zstd":
        return _Zstd()
    raise ValueError(f"content coding {name[:30]!r} was not asked for")


class _Zlib:
    """`bits` None: deflate, which some servers send without its zlib head (RFC 9110, 8.4.1.2)."""

    def __init__(self, bits: int | None) -> None:
        self._bits = bits
        self._undo = None if bits is None else zlib.decompressobj(bits)

    def feed(self, data: bytes, room: int) -> bytes:
        if not data:
            return b""
        if self._undo is None:
            self._undo = zlib.decompressobj(15 if data[0] & 0x0F == 8 else -15)
        out = b""
        try:
            while data:
                out += self._undo.decompress(data, room - len(out) + 1)
                if len(out) > room:
                    return out
                data = self._undo.unconsumed_tail
                if self._undo.eof and self._bits is not None and self._undo.unused_data[:1] == b"\x1f":
                    data = self._undo.unused_data  # gzip members one after another; what else follows is padding
                    self._undo = zlib.decompressobj(self._bits)
        except zlib.error as error:
            raise ValueError("the compressed body is broken") from error
        return out

    def done(self) -> bool:
        return self._undo is not None and self._undo.eof


class _Brotli:
    def __init__(self) -> None:
        self._undo = brotli.Decompressor()

    def feed(self, data: bytes, room: int) -> bytes:
        try:
            out = bytes(self._undo.process(data, output_buffer_limit=room + 1))
            while len(out) <= room and not self._undo.can_accept_more_data():
                out += bytes(self._undo.process(b"", output_buffer_limit=room - len(out) + 1))
        except brotli.error as error:
            raise ValueError("the compressed body is broken") from error
        return out

    def done(self) -> bool:
        return bool(self._undo.is_finished())


class _Zstd:
    def __init__(self) -> None:
        self._undo = zstd.ZstdDecompressor()

    def feed(self, data: bytes, room: int) -> bytes:
        out = b""
        try:
            while data or not (self._undo.eof or self._undo.needs_input):
                if self._undo.eof:
                    self._undo = zstd.ZstdDecompressor()  # frames one after another
                out += self._undo.decompress(data, max_length=room - len(out) + 1)
                if len(out) > room:
                    return out
                data = self._undo.unused_data if self._undo.eof else b""
        except zstd.ZstdError as error:
            raise ValueError("the compressed body is broken") from error
        return out

    def done(self) -> bool:
        return bool(self._undo.eof)
