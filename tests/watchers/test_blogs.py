"""Blogs, visit after visit, against a server on loopback."""

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from xml.sax.saxutils import escape

import pytest
from aiohttp import web
from pydantic import HttpUrl

from driving import SETTINGS, Drive, drive, no_sleep
from loopback import Upstream
from tests.watchers.conformance import LOG_IN, bears_bad_answers, keeps_its_promises
from watchers import blogs
from watchers.blogs import PAGE_AGAIN, PAGES_A_VISIT, UNREADABLE_AGAIN
from watchers.fetch import Fetcher
from watchers.model import Document, FollowUp, PostMeta, Source
from watchers.trouble import Blocked, Unreadable

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
FEED = "/news/feed.xml"
WORDS = "The company said on Tuesday that it would share some portion of the revenue with its partners. "
ROBOTS = "User-agent: *\nDisallow: /private/\n"


@dataclass
class Post:
    number: int
    title: str = ""
    whole: str | None = None
    """The text in the feed; None: the feed has a teaser and the page the text."""
    teaser: str = "The company said on Tuesday that it would share…"
    page: str = WORDS * 8
    path: str = ""
    guid: str | None = None
    published: datetime | None = NOW - timedelta(hours=2)

    def __post_init__(self):
        self.title = self.title or f"Sharing revenue with partners, part {self.number}"
        self.path = self.path or f"/news/{self.number}"

    def item(self) -> str:
        date = f"<pubDate>{self.published:%a, %d %b %Y %H:%M:%S} GMT</pubDate>" if self.published else ""
        text = (
            f"<content:encoded>{escape(self.whole)}</content:encoded>"
            if self.whole
            else f"<description>{escape(self.teaser)}</description>"
        )
        guid = self.guid if self.guid is not None else f"post-{self.number}"
        return (
            f"<item><guid isPermaLink='false'>{guid}</guid><title>{escape(self.title)}</title>"
            f"<link>{self.path}</link>{date}{text}</item>"
        )

    def html(self) -> str:
        return (
            f"<html lang='en'><head><title>{escape(self.title)}</title></head><body><article>"
            f"<h1>{escape(self.title)}</h1><p>{self.page}</p></article></body></html>"
        )


@dataclass
class Site:
    upstream: Upstream
    posts: list[Post] = field(default_factory=list)
    recheck: tuple[timedelta, ...] = ()

    def publish(self, *posts: Post) -> None:
        """A feed of these posts, newest first, and their pages."""
        self.posts = list(posts)
        self.upstream.serve(FEED, rss(*(post.item() for post in posts)))
        for post in posts:
            self.upstream.serve(post.path, post.html())

    @property
    def source(self) -> Source:
        return Source(
            name="news",
            kind="blog",
            recheck=self.recheck,
            options=blogs.Options(url=HttpUrl(self.upstream.url(FEED))),
        )

    async def visit(self, after: Drive | None = None, now: datetime = NOW, cause: FollowUp | None = None) -> Drive:
        return await drive(blogs, self.source, now=now, after=after, cause=cause, in_process=True)


def rss(*items: str) -> str:
    space = 'xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    return (
        f'<?xml version="1.0"?><rss version="2.0" {space}><channel><title>News</title>{"".join(items)}</channel></rss>'
    )


def text(document: Document) -> str:
    return "\n".join(passage.text for passage in document.passages if passage.section != "title")


def keys(made: Drive) -> list[str]:
    return [document.key for document in made.documents]


@pytest.fixture
async def site():
    async with Upstream() as upstream:
        upstream.serve("/robots.txt", ROBOTS, media_type="text/plain")
        yield Site(upstream)


async def test_keeps_every_watchers_promises(site):
    site.recheck = (timedelta(hours=6), timedelta(days=1))
    site.publish(Post(1), Post(2, whole=WORDS * 12), Post(3), Post(4, whole=WORDS * 12))
    made = await keeps_its_promises(blogs, site.source, now=NOW)
    assert keys(made) == ["post-4", "post-2", "post-3", "post-1"]
    assert [text(document).count("some portion of the revenue") for document in made.documents] == [12, 12, 8, 8]
    assert [meta.teaser for meta in map(meta_of, made.documents)] == [False] * 4
    assert made.troubles == []


async def test_bears_whatever_stands_in_for_the_feed(site):
    site.publish(Post(1), Post(2, whole=WORDS * 12))
    found = await bears_bad_answers(blogs, site.source, site.upstream, FEED, now=NOW)
    assert {name: trouble.kind for name, trouble in found.items()} == {
        "gone": "not-found",
        "forbidden": "blocked",
        "failing": "unreachable",
        "throttled": "throttled",
        "empty": "unreadable",
        "noise": "unreadable",
        "log-in page": "blocked",
        "page": "unreadable",
        "half of XML": "unreadable",
        "half of JSON": "unreadable",
        "nested JSON": "unreadable",
    }


async def test_reads_in_children_as_it_reads_here(site):
    site.publish(Post(1), Post(2, whole=WORDS * 12))
    here = await site.visit()
    there = await drive(blogs, site.source, now=NOW)
    assert here.documents == there.documents


async def test_an_unchanged_feed_costs_one_conditional_request(site):
    site.publish(Post(1), Post(2))
    first = await site.visit()
    asked = len(site.upstream.log)
    second = await site.visit(first)
    assert second.documents == []
    assert len(site.upstream.log) == asked + 1
    assert site.upstream.asked(FEED)[-1].headers["If-None-Match"]


async def test_a_changed_feed_gives_only_what_is_new_or_changed(site):
    old, edited = Post(1, whole=WORDS * 12), Post(2, whole=WORDS * 12)
    site.publish(edited, old)
    first = await site.visit()
    site.publish(Post(3), Post(2, whole=WORDS * 12 + "And some more."), old)
    second = await site.visit(first)
    assert keys(second) == ["post-2", "post-3"]
    assert text(second.documents[0]).endswith("And some more.")
    assert site.upstream.asked("/news/1") == []


async def test_what_the_feed_shows_is_told_whether_it_is_new_or_not(site):
    site.publish(Post(2), Post(1))
    first = await site.visit()
    assert first.steps[0].shown == ("post-2", "post-1")
    site.publish(Post(3), Post(2))
    second = await site.visit(first)
    assert keys(second) == ["post-3"]
    assert second.steps[0].shown == ("post-3", "post-2")


async def test_dates_and_ids_that_change_alone_are_no_news(site):
    site.publish(*(Post(n) for n in range(4)))
    first = await site.visit()
    fetched = len(site.upstream.asked("/news/1"))
    site.publish(*(Post(n, guid=f"build-2-{n}", published=NOW) for n in range(4)))
    second = await site.visit(first, NOW + timedelta(hours=1))
    assert second.documents == []
    assert second.cursor == first.cursor
    assert len(site.upstream.asked("/news/1")) == fetched


async def test_a_post_under_a_new_id_that_is_edited_is_still_the_same_post(site):
    site.publish(Post(1, whole=WORDS * 12), Post(2, whole=WORDS * 12))
    first = await site.visit()
    site.publish(Post(1, whole=WORDS * 13, guid="other"), Post(2, whole=WORDS * 12))
    assert keys(await site.visit(first)) == ["post-1"]


async def test_an_older_copy_of_the_feed_makes_nothing_new(site):
    site.publish(Post(3, whole=WORDS * 12), Post(2, whole=WORDS * 12))
    first = await site.visit()
    site.publish(Post(2, whole=WORDS * 12), Post(1, whole=WORDS * 12))
    second = await site.visit(first)
    assert keys(second) == ["post-1"]
    site.publish(Post(3, whole=WORDS * 12), Post(2, whole=WORDS * 12))
    assert keys(await site.visit(second)) == []


async def test_an_emptied_feed_is_said_once_and_forgets_nothing(site):
    site.publish(Post(1, whole=WORDS * 12))
    first = await site.visit()
    site.upstream.serve(FEED, rss())
    second = await site.visit(first)
    assert [trouble.kind for trouble in second.troubles] == ["unreadable"]
    assert "no entries, where 1 were known" in second.troubles[0].detail
    third = await site.visit(second)
    assert third.troubles == []
    site.publish(Post(1, whole=WORDS * 12))
    assert keys(await site.visit(third)) == []


async def test_a_feed_that_never_had_an_entry_is_no_trouble(site):
    site.upstream.serve(FEED, rss())
    assert (await site.visit()).troubles == []


async def test_a_feed_that_breaks_off_gives_its_whole_entries_and_the_rest_later(site):
    whole = rss(Post(1, whole=WORDS * 12).item(), Post(2, whole=WORDS * 12).item())
    site.upstream.serve(FEED, whole[: whole.index("post-2") + 300])
    first = await site.visit()
    assert keys(first) == ["post-1"]
    assert "breaks off" in first.troubles[0].detail
    site.upstream.serve(FEED, whole)
    second = await site.visit(first)
    assert keys(second) == ["post-2"]
    assert second.troubles == []


async def test_one_bad_entry_stops_no_other(site):
    site.upstream.serve(FEED, rss(Post(1, whole=WORDS * 12).item(), "<item></item>", Post(2, whole=WORDS * 12).item()))
    made = await site.visit()
    assert keys(made) == ["post-2", "post-1"]
    assert "entry 2" in made.troubles[0].detail


async def test_a_teaser_stands_in_for_a_page_that_is_down(site):
    site.publish(Post(1), Post(2, whole=WORDS * 12))
    site.upstream.serve("/news/1", "no", status=404)
    made = await site.visit()
    assert keys(made) == ["post-2", "post-1"]
    assert text(made.documents[1]) == Post(1).teaser
    assert meta_of(made.documents[1]).teaser
    assert [trouble.kind for trouble in made.troubles] == ["not-found"]
    assert [(follow_up.key, follow_up.at) for follow_up in made.follow_ups] == [("post-1", NOW + PAGE_AGAIN[0])]

    site.publish(*site.posts)
    again = await site.visit(made, made.follow_ups[0].at, made.follow_ups[0])
    assert keys(again) == ["post-1"]
    assert text(again.documents[0]).count("some portion") == 8
    assert not meta_of(again.documents[0]).teaser
    assert (again.follow_ups, again.done, again.troubles) == ([], ["post-1"], [])
    assert keys(await site.visit(again)) == []


async def test_a_page_that_stays_down_is_given_up_and_said(site):
    site.publish(Post(1))
    site.upstream.serve("/news/1", "no", status=404)
    made = await site.visit()
    tries = 0
    while made.follow_ups:
        tries += 1
        made = await site.visit(made, made.follow_ups[0].at, made.follow_ups[0])
        assert made.documents == []
    assert tries == len(PAGE_AGAIN)
    assert made.done == ["post-1"]
    assert made.troubles[0].detail.endswith("given up, only the teaser is known")


async def test_an_edit_whose_page_is_down_takes_no_words_back(site):
    site.publish(Post(1))
    first = await site.visit()
    site.publish(Post(1, teaser="Now with another beginning…"))
    site.upstream.serve("/news/1", "no", status=503)
    second = await site.visit(first)
    assert second.documents == []
    assert len(second.follow_ups) == 1
    site.publish(Post(1, teaser="Now with another beginning…", page=WORDS * 9))
    third = await site.visit(second, second.follow_ups[0].at, second.follow_ups[0])
    assert text(third.documents[0]).count("some portion") == 9
    assert keys(await site.visit(third)) == []


async def test_a_page_without_an_article_is_tried_less_often(site):
    site.publish(Post(1))
    site.upstream.serve(
        "/news/1", "<html><title>Sharing revenue with partners</title><p>The company said it would share</html>"
    )
    made = await site.visit()
    assert made.troubles[0].kind == "unreadable"
    assert made.follow_ups[0].at == NOW + UNREADABLE_AGAIN[0]


async def test_a_short_post_that_the_feed_calls_whole_is_proved_whole_by_its_page(site):
    note = "We share revenue with hosts of our models, and have done so since the summer of last year. " * 3
    site.publish(Post(1, whole=note))
    site.upstream.serve("/news/1", f"<html><title>{Post(1).title}</title><nav>Home</nav></html>")
    made = await site.visit()
    assert [text(document) for document in made.documents] == [note.strip()]
    assert not meta_of(made.documents[0]).teaser
    assert (made.troubles, made.follow_ups) == ([], [])


async def test_robots_are_asked_before_a_page_and_never_argued_with(site):
    site.publish(Post(1, path="/private/1"))
    made = await site.visit()
    assert site.upstream.asked("/private/1") == []
    assert text(made.documents[0]) == Post(1).teaser
    assert [trouble.kind for trouble in made.troubles] == ["blocked"]
    assert made.follow_ups == []


async def test_where_robots_cannot_be_had_a_host_is_not_asked_for_every_page(site):
    site.upstream.serve("/robots.txt", "", status=500)
    site.publish(*(Post(n) for n in range(6)))
    made = await site.visit()
    assert len(made.documents) == len(made.follow_ups) == 6
    assert [trouble.kind for trouble in made.troubles] == ["unreachable"] * blogs.FAULTS_OF_A_HOST
    assert not [asked for asked in site.upstream.log if asked.path.startswith("/news/") and asked.path != FEED]


async def test_a_page_that_wants_a_log_in_is_blocked_and_not_quoted(site):
    site.publish(Post(1))
    site.upstream.serve("/news/1", LOG_IN)
    made = await site.visit()
    assert made.troubles[0].kind == "blocked"
    assert text(made.documents[0]) == Post(1).teaser


async def test_a_host_that_is_down_is_not_asked_for_every_page(site):
    async def drop(request: web.Request) -> web.Response:
        assert request.transport is not None
        request.transport.close()
        return web.Response()

    site.publish(*(Post(n) for n in range(6)))
    for post in site.posts:
        site.upstream.handle(post.path, drop)
    made = await site.visit()
    assert len(made.documents) == len(made.follow_ups) == 6
    assert [trouble.kind for trouble in made.troubles] == ["unreachable"] * blogs.FAULTS_OF_A_HOST
    asked = {asked.path for asked in site.upstream.log if asked.path.startswith("/news/") and asked.path != FEED}
    assert asked == {"/news/5", "/news/4"}  # oldest first


async def test_a_long_first_feed_is_read_in_portions_newest_first(site):
    site.publish(*(Post(n) for n in range(PAGES_A_VISIT + 5)))
    made = await site.visit()
    assert len(made.documents) == len(set(keys(made))) == PAGES_A_VISIT + 5
    waiting = {follow_up.key for follow_up in made.follow_ups}
    assert waiting == {f"post-{n}" for n in range(PAGES_A_VISIT, PAGES_A_VISIT + 5)}
    assert made.troubles == []
    again = await site.visit(made, made.follow_ups[0].at, made.follow_ups[0])
    assert text(again.documents[0]).count("some portion") == 8
    assert keys(await site.visit(made)) == []


async def test_silent_edits_are_looked_for(site):
    site.recheck = (timedelta(hours=1), timedelta(hours=6), timedelta(days=1))
    site.publish(Post(1))
    first = await site.visit()
    # An hour has passed since it was published: two hours ago.
    assert [follow_up.at for follow_up in first.follow_ups] == [NOW + timedelta(hours=4)]

    same = await site.visit(first, first.follow_ups[0].at, first.follow_ups[0])
    assert same.documents == []
    assert site.upstream.asked("/news/1")[-1].headers["If-None-Match"]
    assert [follow_up.at for follow_up in same.follow_ups] == [NOW + timedelta(hours=22)]

    site.upstream.replace("/news/1", Post(1, page=WORDS * 7 + "We take no share.").html())
    edited = await site.visit(same, same.follow_ups[0].at, same.follow_ups[0])
    assert keys(edited) == ["post-1"]
    assert text(edited.documents[0]).endswith("We take no share.")
    assert (edited.follow_ups, edited.done) == ([], ["post-1"])


async def test_a_page_that_is_gone_at_a_recheck_is_said_and_looked_for_again(site):
    site.recheck = (timedelta(hours=6), timedelta(days=1))
    site.publish(Post(1))
    first = await site.visit()
    site.upstream.serve("/news/1", "gone", status=410)
    second = await site.visit(first, first.follow_ups[0].at, first.follow_ups[0])
    assert second.documents == []
    assert second.troubles[0].kind == "not-found"
    assert len(second.follow_ups) == 1


async def test_an_old_post_is_not_rechecked(site):
    site.recheck = (timedelta(hours=6), timedelta(days=1))
    site.publish(Post(1, published=NOW - timedelta(days=30)), Post(2, whole=WORDS * 12))
    assert (await site.visit()).follow_ups == []


async def test_the_cursor_stays_small_however_long_the_feed_runs(site):
    made = None
    for start in range(0, 400, 40):
        site.publish(*(Post(n, whole=WORDS * 12) for n in range(start, start + 40)))
        made = await site.visit(made)
    assert len(made.cursor["entries"]) == 140
    assert len(json.dumps(made.cursor)) < 25_000


async def test_a_page_instead_of_a_feed_says_where_the_feed_is(site):
    site.upstream.serve(
        FEED,
        '<!doctype html><html><head><link rel="alternate" type="application/rss+xml" href="/all.rss"></head></html>',
        media_type="text/html",
    )
    with pytest.raises(Unreadable) as trouble:
        await site.visit()
    assert trouble.value.mend == f"Watch its feed instead: {site.upstream.url('/all.rss')}"


async def test_a_challenge_where_the_feed_was_is_blocked(site):
    site.publish(Post(1, whole=WORDS * 12))
    first = await site.visit()
    challenge = "<html><head><title>Just a moment...</title></head><script>window._cf_chl_opt={}</script></html>"
    site.upstream.serve(FEED, challenge, media_type="text/html")
    with pytest.raises(Blocked):
        await site.visit(first)


async def test_json_feed_is_told_by_its_first_character(site):
    items = [{"id": "1", "title": "One", "url": "/news/1", "content_html": f"<p>{WORDS * 12}</p>"}]
    site.upstream.serve(FEED, json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": items}))
    made = await site.visit()
    assert keys(made) == ["1"]
    assert made.documents[0].origin.reader == "json-feed"
    site.upstream.serve(FEED, rss(Post(1, whole=WORDS * 12).item()), media_type="application/json")
    assert (await site.visit()).documents[0].origin.reader == "feed"


async def test_a_feeds_wish_for_peace_is_passed_on(site):
    feed = rss(Post(1, whole=WORDS * 12).item()).replace("<title>News</title>", "<title>News</title><ttl>90</ttl>")
    site.upstream.serve(FEED, feed)
    assert (await site.visit()).steps[0].pace.not_before == timedelta(minutes=90)


async def test_the_secret_in_a_feeds_address_is_not_told(site):
    site.upstream.serve(FEED, "<urlset/>")
    source = site.source.model_copy(
        update={"options": blogs.Options(url=HttpUrl(site.upstream.url(f"{FEED}?token=s3cret")))}
    )
    with pytest.raises(Unreadable) as trouble:
        await drive(blogs, source, now=NOW)
    assert "s3cret" not in trouble.value.detail
    assert FEED in trouble.value.detail


async def test_a_whole_visit_through_one_fetcher_keeps_to_its_manners(site):
    """No cookies, no Referer, one honest User-Agent."""
    site.publish(Post(1), Post(2))
    async with Fetcher(replace(SETTINGS, allow_private_addresses=True), sleep=no_sleep) as fetcher:
        await drive(blogs, site.source, now=NOW, in_process=True, fetcher=fetcher)
    for asked in site.upstream.log:
        assert asked.headers["User-Agent"] == SETTINGS.user_agent
        assert not {"Cookie", "Referer"} & set(asked.headers)


def meta_of(document: Document) -> PostMeta:
    assert isinstance(document.meta, PostMeta)
    return document.meta
