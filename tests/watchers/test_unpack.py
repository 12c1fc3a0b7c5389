"""Content codings, undone with a bound."""

import gzip
import random
import time
import zlib

import brotli
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchers.unpack import TooLarge, Unpacker, zstd

RNG = random.Random(4)
NOISE = RNG.randbytes(50_000)
BODIES = [b"", b"x", b"words " * 5000, NOISE]


def raw_deflate(body: bytes) -> bytes:
    packer = zlib.compressobj(6, zlib.DEFLATED, -15)
    return packer.compress(body) + packer.flush()


PACK = {
    "": bytes,
    "identity": bytes,
    "gzip": gzip.compress,
    "X-GZIP": gzip.compress,
    "deflate": zlib.compress,
    " deflate ": raw_deflate,
    "br": brotli.compress,
    "zstd": zstd.compress,
    "gzip, br": lambda body: brotli.compress(gzip.compress(body)),
    "identity, gzip": gzip.compress,
}


def unpacked(coding: str, data: bytes, most: int = 1_000_000, step: int = 7919) -> bytes:
    unpacker = Unpacker(coding, most)
    for start in range(0, len(data), step):
        unpacker.feed(data[start : start + step])
    return unpacker.finish()


@pytest.mark.parametrize("coding", PACK)
@pytest.mark.parametrize("body", BODIES, ids=["empty", "one byte", "words", "noise"])
@pytest.mark.parametrize("step", [3, 65536])
def test_what_was_packed_comes_out(coding, body, step):
    assert unpacked(coding, PACK[coding](body), step=step) == body


@pytest.mark.parametrize("coding", PACK)
def test_exactly_as_much_as_allowed(coding):
    body = b"words " * 1000
    packed = PACK[coding](body)
    assert unpacked(coding, packed, len(body)) == body
    with pytest.raises(TooLarge):
        unpacked(coding, packed, len(body) - 1)


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd"])
def test_no_bytes_are_an_empty_body_and_half_a_stream_is_none(coding):
    assert unpacked(coding, b"") == b""
    packed = PACK[coding](NOISE)
    for length in (1, len(packed) // 2, len(packed) - 1):
        with pytest.raises(ValueError, match="ends too early"):
            unpacked(coding, packed[:length])


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd"])
def test_a_broken_stream_is_a_value_error(coding):
    packed = PACK[coding](NOISE[:300] + b"words " * 300)
    broken = 0
    for place in range(len(packed)):
        try:
            unpacked(coding, packed[:place] + bytes([packed[place] ^ 0xFF]) + packed[place + 1 :], 10_000)
        except (ValueError, TooLarge):
            broken += 1
    assert broken, "some of these bytes are its structure"
    with pytest.raises(ValueError, match="compressed body"):
        unpacked(coding, b"<html>not packed at all</html>" * 100)


@pytest.mark.parametrize("step", [1, 5, 65536])
def test_members_and_frames_one_after_another(step):
    assert (
        unpacked("gzip", gzip.compress(b"one ") + gzip.compress(b"") + gzip.compress(b"two"), step=step) == b"one two"
    )
    assert unpacked("zstd", zstd.compress(b"one ") + zstd.compress(b"two"), step=step) == b"one two"


def test_padding_behind_a_gzip_member_is_left_alone():
    assert unpacked("gzip", gzip.compress(b"words") + b"\0" * 512) == b"words"


@pytest.mark.parametrize("coding", ["compress", "rot13", "gzip;q=1", "br, rot13"])
def test_a_coding_that_was_not_asked_for(coding):
    with pytest.raises(ValueError, match="was not asked for"):
        Unpacker(coding, 100)


def test_codings_in_one_another_are_few():
    with pytest.raises(ValueError, match="3 content codings"):
        Unpacker("gzip, gzip, gzip", 100)


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd", "gzip, gzip"])
def test_a_bomb_costs_no_more_than_its_bound(coding):
    nothing = b"\0" * 10_000_000
    packed = PACK[coding](nothing) if "," not in coding else gzip.compress(gzip.compress(nothing, 1))
    started = time.process_time()
    with pytest.raises(TooLarge, match=r"larger than 0\.1 MB"):
        unpacked(coding, packed, 100_000)
    assert time.process_time() - started < 0.5


@pytest.mark.parametrize("piece", [gzip.compress(b""), gzip.compress(b"") * 3000], ids=["one", "many"])
def test_what_yields_nothing_is_bounded_too(piece):
    with pytest.raises(TooLarge):
        unpacked("gzip", piece * (200_000 // len(piece)), 100_000, len(piece))


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(["gzip", "deflate", "br", "zstd", "gzip, br"]), st.binary(max_size=400), st.integers(1, 50))
def test_whatever_comes_is_bytes_or_one_of_two_errors(coding, data, step):
    try:
        assert len(unpacked(coding, data, 1000, step)) <= 1000
    except (ValueError, TooLarge) as error:
        assert str(error)  # noqa: PT017 - most bytes are no stream
