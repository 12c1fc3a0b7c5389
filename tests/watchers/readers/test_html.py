"""Markup to words."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchers.readers.html import decode, has_markup, paragraphs, plain


@pytest.mark.parametrize(
    ("markup", "blocks"),
    [
        ("<p>One</p><p>Two</p>", ["One", "Two"]),
        ("rev<b>enue</b> sh<i>are</i>", ["revenue share"]),
        ("a<br>b", ["a\nb"]),
        ("a<br><br>b<br/> <br/>c", ["a", "b", "c"]),
        ("<ul><li>a<li>b</ul>tail", ["a", "b", "tail"]),
        ("<script>no()</script>yes<style>p{}</style><noscript>no</noscript>", ["yes"]),
        ("<p hidden>no</p><p style='Display : none'>no</p><p style='color:red'>yes</p>", ["yes"]),
        ("<!-- no --><p>yes<!-- no --></p>", ["yes"]),
        ("&amp;amp; &eacute; &#8212; &nbsp;x", ["&amp; é — \xa0x"]),
        ("<p>\xa0</p><p> </p>", []),
        ("<object>the</object> rest", ["the rest"]),
        ("<table><tr><th>Q<td>A</table>", ["Q", "A"]),
        ("no markup < at all", ["no markup < at all"]),
        ("", []),
        ("   ", []),
    ],
)
def test_paragraphs(markup, blocks):
    assert paragraphs(markup) == blocks


@pytest.mark.parametrize("depth", [300, 3_000, 50_000])
def test_nothing_is_lost_however_deep_it_is_nested(depth):
    began = time.process_time()
    found = paragraphs("<div>" * depth + "de<b>ep</b>" + "</div>" * depth + "<p>after</p>")
    assert found == ["deep", "after"]
    assert time.process_time() - began < 5


def test_nothing_is_lost_however_long_it_is():
    assert len(paragraphs("<p>" + "word " * 2_500_000)[0]) == 12_499_999


@given(st.text(alphabet="<>/&;#pdivbr \x00\ud800'\"=!-[]", max_size=60))
def test_any_markup_is_read(markup):
    for block in paragraphs(markup):
        assert block.strip()
        block.encode()


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("R&D", "R&D"),
        ("AT&amp;T <b>pays</b>", "AT&T pays"),
        ("List<String> & co", "List<String> & co"),
        ("a\n  b\t", "a b"),
        ("a&nbsp;b", "a\xa0b"),
    ],
)
def test_plain(text, line):
    assert plain(text) == line


def test_what_shows_markup():
    assert has_markup("<p>")
    assert has_markup("x &hellip;")
    assert not has_markup("3 < 4 > 2, R&D; List<String>")


@pytest.mark.parametrize(
    ("content", "charset", "text"),
    [
        ("é €".encode(), None, "é €"),
        ("é €".encode("utf-16"), None, "é €"),
        ("é €".encode("cp1252"), None, "é €"),
        ("é €".encode("cp1252"), "iso-8859-1", "é €"),
        ("é €".encode(), "iso-8859-1", "é €"),
        (b'<meta charset="shift_jis">' + "収入①".encode("cp932"), None, '<meta charset="shift_jis">収入①'),
        ("доход".encode("koi8-r"), "koi8-r", "доход"),
        ("é".encode(), "no-such-thing", "é"),
        (b'<meta charset="utf-16">\xc3\xa9', None, '<meta charset="utf-16">é'),
        (b"\x81\xff", "utf-8", "\ufffd\ufffd"),
    ],
)
def test_decode(content, charset, text):
    assert decode(content, charset) == text
