"""HTML to paragraphs: the words as they stand, one string for each block.

Inline tags never split a word, a `<br>` is a line break within its block and two of them are its end, white space is
collapsed as a browser collapses it. Scripts and styles say nothing, and neither does what is hidden from readers.
"""

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # lxml is for those who read: a bot at rest need not hold it
    from lxml.html import HtmlElement

_BLOCKS = frozenset(
    {"address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "dialog", "div", "dl"}
    | {"dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr"}
    | {"html", "li", "main", "nav", "ol", "p", "pre", "section", "summary", "table", "tbody", "td", "tfoot", "th"}
    | {"thead", "tr", "ul"}
)
_SILENT = frozenset(
    {
        "script",
        "style",
        "noscript",
        "template",
        "head",
        "title",
        "iframe",
        "svg",
        "math",
        "select",
        "option",
        "textarea",
    }
)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_SPACE = re.compile(r"[ \t\r\f\v\n]+")
_CONTROL = re.compile("[\x00-\x01\x03-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_BREAKS = re.compile(r"\x00(?:[ \t\r\f\v\n]*\x00)+")
_TAG = re.compile(r"</?(?!(?:script|style|br)\b)([a-z][\w:-]*)\b[^<>]*>", re.IGNORECASE)
_DECLARED = re.compile(rb"<(?:meta|\?xml)[^>]{0,200}?(?:charset|encoding)\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
_AS_BROWSERS_READ = {
    "ascii": "cp1252",
    "us-ascii": "cp1252",
    "iso-8859-1": "cp1252",
    "latin-1": "cp1252",
    "latin1": "cp1252",
    "iso-8859-9": "cp1254",
    "tis-620": "cp874",
    "iso-8859-11": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "euc-kr": "cp949",
    "ks_c_5601-1987": "cp949",
}
"""What a label means in practice (https://encoding.spec.whatwg.org/, 4.2)."""


def clean(text: str) -> str:
    """Without what no text may hold: control characters (but for U+0002, pdfium's hyphen) and lone surrogates."""
    return _CONTROL.sub("", text)


def one_line(text: str) -> str:
    """White space collapsed, ends trimmed; no-break spaces stay."""
    return _SPACE.sub(" ", clean(text)).strip(" ")


def paragraphs(markup: str) -> list[str]:
    """The text blocks of a page or a fragment, in order, none of them empty. Never raises for bad markup."""
    if not markup.strip():
        return []
    from lxml import html as lxml_html
    from lxml.etree import ParserError, XMLSyntaxError

    wrapped = f"<div>{clean(markup)}</div>"
    parser = lxml_html.HTMLParser(huge_tree=True)
    try:
        root = lxml_html.document_fromstring(wrapped, parser=parser)
        if any(entry.type_name == "ERR_RESOURCE_LIMIT" for entry in parser.error_log):
            # Nested more deeply than the parser goes, which drops the rest without a word: flat, it is read whole.
            root = lxml_html.document_fromstring(_TAG.sub(_flat, wrapped), parser=lxml_html.HTMLParser(huge_tree=True))
    except (ParserError, XMLSyntaxError, ValueError):
        return []
    return blocks(root)


def blocks(root: "HtmlElement") -> list[str]:
    """The text blocks under an element. A walk without recursion: markup may be nested as deep as it likes."""
    found: list[str] = []
    line: list[str] = []

    def close() -> None:
        for part in _BREAKS.split("".join(line)):
            text = "\n".join(filter(None, map(one_line, part.split("\x00"))))
            if text.strip():  # a block with a no-break space alone is empty
                found.append(text)
        line.clear()

    stack: list[tuple[HtmlElement, bool]] = [(root, False)]
    while stack:
        node, leaving = stack.pop()
        tag = node.tag if isinstance(node.tag, str) else None
        if leaving:
            if tag in _BLOCKS:
                close()
            line.append((node.tail or "") if node is not root else "")
            continue
        if tag is None or tag in _SILENT or _is_hidden(node):
            line.append((node.tail or "") if node is not root else "")
            continue
        if tag in _BLOCKS:
            close()
        if tag == "br":
            line.append("\x00")
        line.append(node.text or "")
        stack.append((node, True))
        stack.extend((child, False) for child in reversed(node))
    close()
    return found


def has_markup(text: str) -> bool:
    """Whether text that may be either shows tags or entities of HTML; "List<String>" and "R&D" are words."""
    return _markup().search(text) is not None


def plain(markup: str) -> str:
    """One line of text from what may be markup: a title, a name."""
    return one_line(" ".join(paragraphs(markup))) if has_markup(markup) else one_line(markup)


def decode(content: bytes, charset: str | None) -> str:
    """Text of bytes: by byte order mark, then as the server says, then as the page says, then UTF-8, then CP1252."""
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if content.startswith(mark):
            return content.decode(encoding, "replace")
    declared = _DECLARED.search(content[:4096])
    by_page = declared.group(1).decode("ascii", "replace") if declared else None
    if by_page and by_page.lower().startswith("utf-16"):
        by_page = "utf-8"  # it was read as ASCII just now
    named = [_AS_BROWSERS_READ.get(name.lower(), name) for name in (charset, by_page) if name]
    if named and named[0] == "cp1252":
        # Servers say ISO-8859-1 of everything; what reads as UTF-8 beyond ASCII is never anything else.
        named.insert(0, "utf-8")
    for encoding in (*named, "utf-8"):
        try:
            return content.decode(encoding)
        except (LookupError, ValueError):
            continue
    for encoding in (*named, "cp1252"):
        try:
            return content.decode(encoding, "replace")
        except (LookupError, ValueError):
            continue
    raise AssertionError("cp1252 reads everything")


@cache
def _markup() -> re.Pattern[str]:
    """A tag that HTML knows, or a character reference."""
    from lxml.html import defs

    names = "|".join(sorted(defs.tags | {"math", "svg"}))
    return re.compile(rf"</?(?:{names})\b[^<>]*>|&(?:#\d{{1,7}}|#x[\da-f]{{1,6}}|[a-z]\w{{1,30}});", re.IGNORECASE)


def _is_hidden(node: "HtmlElement") -> bool:
    return node.get("hidden") is not None or _HIDDEN.search(node.get("style") or "") is not None


def _flat(tag: re.Match[str]) -> str:
    return "<p>" if tag.group(1).lower() in _BLOCKS else ""
