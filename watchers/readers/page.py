"""An article's page, by trafilatura: its words in paragraphs, under the draft that a feed gave of it."""

import re
from datetime import datetime
from typing import TYPE_CHECKING

from watchers.model import Body, Document, Frozen, Passage, PostMeta, Reader, Reading
from watchers.readers.html import blocks, clean, decode, one_line
from watchers.readers.post import language_tag, sensible
from watchers.trouble import Unreadable

if TYPE_CHECKING:
    from lxml.html import HtmlElement

SHORTEST = 80
"""Characters: an extraction below this is none."""
LEAST_BY_GUESS = 250
"""The same for what is found only with less precision: shorter ones are seldom the article."""
ENOUGH = 0.8
"""An extraction shorter than this part of the teaser has missed the article."""
COMMON = 0.5
"""A page that holds less than this part of the draft's words is another page: the home page that a dead link leads to,
a wall of cookies."""

_LANGUAGE = re.compile(r"<html[^>]{0,500}?\slang\s*=\s*[\"']?([A-Za-z_-]{2,35})", re.IGNORECASE)
_PUBLISHED = ("article:published_time", "datePublished", "dc.date", "DC.date.issued", "date")
_WORD = re.compile(r"\w{3,}")


class Options(Frozen):
    """`draft`: what the feed says of the article; without it the page must say all itself."""

    draft: Document | None = None


def read(body: Body, options: Options) -> Reading:
    """One document. Raises `Unreadable` where the article cannot be found in the page."""
    where = body.url or "page"
    if _is_binary(body):
        raise Unreadable(f"{where}: {body.media_type or 'bytes'}, not a page")
    markup = clean(decode(body.content, body.charset))
    draft = options.draft
    if draft is not None and not _about(draft, markup):
        raise Unreadable(f"{where}: the page is about something else than {draft.title[:100]!r}")
    teaser = sum(len(passage.text) for passage in draft.passages if passage.section != "title") if draft else 0
    text = _article(markup, body.url, at_least=max(SHORTEST, int(ENOUGH * teaser)))
    declared = _LANGUAGE.search(markup[:5000])
    language = language_tag(declared.group(1)) if declared else None
    passages = tuple(Passage(text=part) for part in text)
    if draft is None:
        return Reading(documents=(_on_its_own(body, markup, passages, language),))
    meta = draft.meta.model_copy(update={"teaser": False}) if isinstance(draft.meta, PostMeta) else draft.meta
    whole = draft.model_dump() | {
        "meta": meta,
        "passages": _without_title(passages, draft.title),
        "language": language or draft.language,
    }
    return Reading(documents=(Document(**whole),))


def _article(markup: str, url: str, at_least: int) -> list[str]:
    """The article's blocks: by trafilatura's precise ways, or else its usual ones. Raises `Unreadable`."""
    from lxml import html as lxml_html
    from trafilatura import extract

    length = 0
    for precisely in (True, False):
        # `deduplicate` would make the result depend on the pages before it (trafilatura#17).
        extracted = extract(
            markup,
            url=url or None,
            output_format="html",
            include_comments=False,
            include_tables=True,
            include_formatting=False,
            include_links=False,
            deduplicate=False,
            favor_precision=precisely,
            with_metadata=False,
        )
        text = blocks(lxml_html.fromstring(extracted)) if extracted else []
        length = max(length, sum(map(len, text)))
        if sum(map(len, text)) >= max(at_least, 0 if precisely else LEAST_BY_GUESS):
            return text
    raise Unreadable(f"{url or 'page'}: no article was found in the page ({length} characters)")


def _on_its_own(body: Body, markup: str, passages: tuple[Passage, ...], language: str | None) -> Document:
    from trafilatura import extract_metadata

    about = extract_metadata(markup, default_url=body.url or None)
    title, author = one_line(about.title or ""), one_line(about.author or "")
    return Document(
        key=body.url or title or "page",
        url=body.url if body.url.startswith(("http://", "https://")) else None,
        title=title,
        published=_published(markup),
        language=language,
        meta=PostMeta(author=author or None),
        passages=_without_title(passages, title),
    )


def _published(markup: str) -> datetime | None:
    """As the page declares it. What can only be guessed from its text is left alone: the guess would change by day."""
    root = _tree(markup)
    if root is None:
        return None
    said: dict[str, str] = {}
    for meta in root.iter("meta"):
        name = meta.get("property") or meta.get("itemprop") or meta.get("name")
        if name in _PUBLISHED and meta.get("content"):
            said.setdefault(name, str(meta.get("content")).strip())
    for name in _PUBLISHED:
        try:
            moment = sensible(datetime.fromisoformat(said.get(name, "")))
        except ValueError:
            continue
        if moment is not None:
            return moment
    return None


def _about(draft: Document, markup: str) -> bool:
    """Whether the page holds enough of the words that the feed says of it, anywhere."""
    said = " ".join(passage.text for passage in draft.passages[:3])[:400].casefold()
    words = set(_WORD.findall(said))
    if len(words) < 3:
        return True
    root = _tree(markup)
    page = "" if root is None else "".join(root.itertext(with_tail=True)).casefold()
    return sum(word in page for word in words) >= COMMON * len(words)


def _tree(markup: str) -> "HtmlElement | None":
    from lxml import html as lxml_html
    from lxml.etree import ParserError

    try:
        # What an XML declaration says of the encoding is past, and lxml would be offended by it.
        return lxml_html.document_fromstring(re.sub(r"^\s*<\?xml[^>]*>", "", markup))
    except (ParserError, ValueError):
        return None


def _is_binary(body: Body) -> bool:
    kind = body.media_type or ""
    return body.content[:5] == b"%PDF-" or kind.startswith(("image/", "audio/", "video/", "application/pdf"))


def _without_title(passages: tuple[Passage, ...], title: str) -> tuple[Passage, ...]:
    """The headline often stands above the text once more; it is the title's passage already."""
    if passages and passages[0].text.casefold() == title.casefold():
        return passages[1:]
    return passages


READER = Reader(name="page", version=1, read=read, options=Options)
