"""An article's page: its own words, all of them, and nobody else's."""

import json
from pathlib import Path

import pytest

from twice import digests, digests_elsewhere
from watchers.model import Body, Document, Passage, PostMeta, Reading
from watchers.readers import page
from watchers.trouble import Unreadable

FIXTURE = Path(__file__).parent / "fixtures" / "page" / "article.html"
AT = "https://example.com/news/hosts/"
DRAFT = Document(
    key="guid-1",
    url=AT,
    title="How we work with hosts",
    language="en",
    meta=PostMeta(author="The Newsroom", feed_id="guid-1", teaser=True),
    passages=(Passage(text="We build our models in the open, and anyone may run them on machines of their own…"),),
)

EVALUATED = {"pages": 90, "recall": 0.94, "precision": 0.89}
"""Of what trafilatura's evaluation says must appear, and of what may: measured 0.959 and 0.911 (2026-11)."""


def read(content: bytes | str, draft: Document | None = None, **said) -> Reading:
    body = Body(content.encode() if isinstance(content, str) else content, **({"url": AT} | said))
    return page.read(body, page.Options(draft=draft))


def texts(reading: Reading) -> list[str]:
    return [passage.text for passage in reading.documents[0].passages if passage.section != "title"]


def article(*paragraphs: str, title: str = "How we work with hosts", head: str = "") -> str:
    inside = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    body = f"<body><article><h1>{title}</h1>{inside}</article></body>"
    return f"<html><head><title>{title}</title>{head}</head>{body}</html>"


WORDS = "We build our models in the open, and anyone may run them on machines of their own without asking us first. "


def test_reads_the_fixture_as_it_was_reviewed():
    expected = json.loads(FIXTURE.with_suffix(".json").read_text())
    document = read(FIXTURE.read_bytes()).documents[0]
    assert document.passages[0] == Passage(text=expected["title"], section="title")
    assert (
        document.model_dump(mode="json", include=set(expected))
        | {
            "author": document.meta.author,
            "text": texts(read(FIXTURE.read_bytes())),
        }
        == expected
    )


def test_under_a_draft_only_the_words_and_the_language_are_the_pages():
    document = read(FIXTURE.read_bytes(), DRAFT).documents[0]
    assert document.model_copy(update={"passages": (), "language": None, "meta": None}) == DRAFT.model_copy(
        update={"passages": (), "language": None, "meta": None}
    )
    assert document.meta == DRAFT.meta.model_copy(update={"teaser": False})
    assert document.language == "en-gb"
    assert document.passages[0].section == "title"
    assert len(document.passages) == 5


@pytest.mark.parametrize(
    "content",
    [
        article(
            *["Our site has a new home page, with all our products, prices, offices and people on it." * 3] * 4,
            title="Example",
        ),
        article(
            "Before you continue to our site: cookies, partners, vendors, legitimate interest, settings. " * 9,
            title="Consent",
        ),
    ],
    ids=["the home page that a dead link leads to", "a wall of cookies"],
)
def test_another_page_is_not_the_article(content):
    with pytest.raises(Unreadable, match="about something else"):
        read(content, DRAFT)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html></html>",
        article("Short."),
        "<body><h1>How we work with hosts</h1><p>We build our models in the open, and anyone may run them</body>",
        b"\x00\x01\x02",
    ],
)
def test_a_page_without_its_article_is_unreadable(content):
    with pytest.raises(Unreadable):
        read(content, DRAFT)


@pytest.mark.parametrize(
    ("content", "media_type"),
    [(b"%PDF-1.7\n", "text/html"), (b"\x89PNG", "image/png"), (b"x", "application/pdf"), (b"x", "video/mp4")],
)
def test_what_is_no_page_is_unreadable(content, media_type):
    with pytest.raises(Unreadable, match="not a page"):
        read(content, DRAFT, media_type=media_type)


def test_an_article_that_is_shorter_than_its_teaser_was_missed():
    long = DRAFT.model_copy(update={"passages": (*DRAFT.passages, Passage(text=WORDS * 10))})
    with pytest.raises(Unreadable, match="no article was found"):
        read(article(WORDS * 3), long)


@pytest.mark.parametrize(
    ("meta", "moment"),
    [
        ('<meta property="article:published_time" content="2026-11-24T09:30:00+08:00">', "2026-11-24T01:30:00+00:00"),
        ('<meta itemprop="datePublished" content="2026-11-24">', "2026-11-24T00:00:00+00:00"),
        (
            '<meta name="date" content="yesterday"><meta name="dc.date" content="2026-11-23">',
            "2026-11-23T00:00:00+00:00",
        ),
        ('<meta property="article:published_time" content="0001-01-01T00:00:00Z">', None),
        ("<p>Posted on 24 November 2026</p>", None),
    ],
)
def test_a_date_is_declared_or_none(meta, moment):
    published = read(article(WORDS * 3, WORDS * 2, head=meta)).documents[0].published
    assert (published.isoformat() if published else None) == moment


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "windows-1252"])
def test_encodings(encoding):
    content = article("Un café – c’est déjà ça, et nous partageons une partie des revenus. " * 3).encode(encoding)
    assert texts(read(content))[0].startswith("Un café – c’est déjà ça")


def test_an_xml_declaration_is_no_offence():
    assert texts(read('<?xml version="1.0" encoding="utf-8"?>' + article(WORDS * 3), DRAFT))[0].startswith("We build")


@pytest.mark.full
def test_agrees_with_trafilaturas_evaluation(data):
    folder = data / "blogs" / "trafilatura_eval"
    found = missed = wrong = pages = 0
    for url, expected in json.loads((folder / "evaldata.json").read_text()).items():
        path = folder / "html" / expected["file"]
        if not path.exists():
            continue
        pages += 1
        try:
            text = spaced(" ".join(texts(read(path.read_bytes(), url=url))))
        except Unreadable:
            text = ""
        hits = sum(spaced(part) in text for part in expected["with"])
        found += hits
        missed += len(expected["with"]) - hits
        wrong += sum(spaced(part) in text for part in expected["without"])
    assert pages == EVALUATED["pages"]
    assert found / (found + missed) >= EVALUATED["recall"]
    assert found / (found + wrong) >= EVALUATED["precision"]


def spaced(text: str) -> str:
    return " ".join(text.split())


def pages(data: Path) -> list[Path]:
    blogs = data / "blogs"
    return sorted(
        [*(blogs / "readability_pages").glob("*/source.html"), *(blogs / "trafilatura_eval/html").glob("*.html")]
    )


def test_some_pages_read_alike_twice(data):
    some = pages(data)[::13]
    assert len(some) == 12
    assert digests("page", some) == digests_elsewhere("page", some)


@pytest.mark.full
def test_every_page_in_the_data_reads_alike_twice_or_is_a_typed_trouble(data):
    every = pages(data)
    assert len(every) == 156
    assert digests("page", every) == digests_elsewhere("page", list(reversed(every)))
