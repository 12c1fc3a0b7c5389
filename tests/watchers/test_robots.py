"""robots.txt: obeyed for pages, remembered for a day, and in doubt for whoever wrote it."""

import asyncio
from datetime import timedelta

import pytest
from yarl import URL

from fetching import AGENT, Clock
from watchers.robots import KEPT, KEPT_AFTER_TROUBLE, MOST_KEPT, Disallowed, Robots, _parsed
from watchers.trouble import Blocked, NotFound, Refused, Throttled, Trouble, Unreachable, Unreadable


class Site:
    """A site's robots.txt, or the trouble of getting it."""

    def __init__(self, text: str | bytes | Trouble) -> None:
        self.text = text
        self.asked: list[str] = []

    async def __call__(self, url: str) -> bytes:
        self.asked.append(url)
        await asyncio.sleep(0)
        if isinstance(self.text, Trouble):
            raise self.text
        return self.text.encode() if isinstance(self.text, str) else self.text


async def allowed(site: Site, url: str, agent: str = AGENT) -> bool:
    try:
        await Robots(agent, site, Clock()).check(URL(url))
    except (Blocked, Unreachable, Throttled):
        return False
    return True


@pytest.mark.parametrize(
    ("text", "path", "may"),
    [
        ("", "/a", True),
        ("User-agent: *\nDisallow: /", "/a", False),
        ("User-agent: *\nDisallow: /\nAllow: /news/", "/news/a", True),
        ("User-agent: *\nDisallow: /*.php$", "/a.php", False),
        ("User-agent: *\nDisallow: /*.php$", "/a.php5", True),
        ("User-agent: googlebot\nDisallow: /", "/a", True),
        ("User-agent: onrecord-tests\nDisallow: /\n\nUser-agent: *\nAllow: /", "/a", False),
        ("User-agent: ONRECORD-TESTS\nDisallow: /", "/a", False),
        ("User-agent: example\nDisallow: /", "/a", True),
        ("\ufeffUser-agent: *\nDisallow: /a", "/a", False),
        ("User-agent: *\r\nDisallow: /caf%C3%A9", "/café", False),
        ("<html><body>Not found</body></html>", "/a", True),
    ],
)
async def test_who_may_read_what(text, path, may):
    assert await allowed(Site(text), f"https://blog.test{path}") is may


async def test_a_contact_is_not_a_name():
    site = Site("User-agent: googlebot\nDisallow: /")
    assert await allowed(site, "https://blog.test/a", "onrecord (ops@googlebot.example)")
    assert not await allowed(site, "https://blog.test/a", "googlebot/2.1 (ops@example.com)")


@pytest.mark.parametrize(
    "text", [b"\xff\xfe\x00", b"User-agent: *\nDisallow: /\xe9", b"\0" * 1000, b"Disallow" * 100_000]
)
async def test_bytes_that_are_no_text_forbid_nothing_else(text):
    assert await allowed(Site(text), "https://blog.test/a")


async def test_only_the_beginning_of_a_huge_file_is_read():
    rules = "User-agent: *\nDisallow: /a\n"
    assert not await allowed(Site(rules + "#" * 600_000), "https://blog.test/a")
    assert await allowed(Site("#" * 600_000 + "\n" + rules), "https://blog.test/a")


@pytest.mark.parametrize(
    ("trouble", "may"),
    [
        (NotFound("gone"), True),
        (Blocked("kept out"), True),
        (Unreachable("no answer"), False),
        (Throttled("later"), False),
    ],
)
async def test_none_and_none_to_be_had_are_two_things(trouble, may):
    assert await allowed(Site(trouble), "https://blog.test/a") is may


async def test_a_site_is_asked_once_a_day():
    site, clock = Site("User-agent: *\nDisallow: /no"), Clock()
    robots = Robots(AGENT, site, clock)
    await asyncio.gather(*(robots.check(URL(f"https://blog.test/{number}")) for number in range(9)))
    assert site.asked == ["https://blog.test/robots.txt"]
    await robots.check(URL("http://blog.test/a"))
    await robots.check(URL("https://blog.test:8443/a"))
    assert site.asked[1:] == ["http://blog.test/robots.txt", "https://blog.test:8443/robots.txt"]
    clock.now += KEPT - timedelta(seconds=1)
    await robots.check(URL("https://blog.test/a"))
    assert len(site.asked) == 3
    site.text = ""
    clock.now += timedelta(seconds=1)
    await robots.check(URL("https://blog.test/no"))
    assert len(site.asked) == 4


async def test_after_a_trouble_it_is_asked_again_soon():
    site, clock = Site(Unreachable("no answer")), Clock()
    robots = Robots(AGENT, site, clock)
    for _ in range(3):
        with pytest.raises(Unreachable, match=r"blog\.test: robots\.txt cannot be had.*: no answer"):
            await robots.check(URL("https://blog.test/a"))
    assert len(site.asked) == 1
    site.text = ""
    clock.now += KEPT_AFTER_TROUBLE
    await robots.check(URL("https://blog.test/a"))


@pytest.mark.parametrize(
    "names",
    [
        [f"User-agent: a{number}" for number in range(5000)],
        [f"user agent a{number}" for number in range(5000)],
        [f"Useragent: onrecord-tests{'*' * number}" for number in range(300)],
        [f"User-agent: {'onrecord-tests'[: number % 14 + 1]}" for number in range(5000)],
    ],
    ids=["names", "without a colon", "asterisks", "the beginnings of ours"],
)
def test_rules_are_kept_once_however_many_programs_they_are_for(names):
    """Ten thousand names over ten thousand rules would be a hundred million of them."""
    rules = _parsed("\n".join((*names, "User-agent: *", *(f"Disallow: /{number}$" for number in range(1000)))), AGENT)
    assert sum(len(group._rules) for group in rules._user_agents.values()) <= 4000
    assert not rules.can_fetch("https://blog.test/7", "onrecord-tests")


async def test_old_answers_make_room_for_new_ones():
    """A feed may lead to ever new hosts, each with as many rules as are read."""
    site = Site("User-agent: *\n" + "Disallow: /x\n" * 30_000)
    robots = Robots(AGENT, site, Clock())
    for number in range(12):
        await robots.check(URL(f"https://{number}.blog.test/a"))
    assert sum(known.size for known in robots._known.values()) == robots._size <= MOST_KEPT
    assert not robots._asking
    await robots.check(URL("https://11.blog.test/a"))
    assert len(site.asked) == 12, "it is known"
    await robots.check(URL("https://0.blog.test/a"))
    assert len(site.asked) == 13, "it is asked again, not forgotten for good"


async def test_what_stands_in_the_way_of_robots_keeps_its_kind():
    later = timedelta(hours=2)
    with pytest.raises(Throttled) as throttled:
        await Robots(AGENT, Site(Throttled("later", retry_after=later)), Clock()).check(URL("https://blog.test/a"))
    assert throttled.value.retry_after == later
    with pytest.raises(Blocked) as odd:
        await Robots(AGENT, Site(Unreadable("an odd answer")), Clock()).check(URL("https://blog.test/a"))
    assert not isinstance(odd.value, Disallowed)
    with pytest.raises(Disallowed):
        await Robots(AGENT, Site("User-agent: *\nDisallow: /"), Clock()).check(URL("https://blog.test/a"))


async def test_a_host_that_may_not_be_asked_is_no_host_that_asks_to_wait():
    with pytest.raises(Refused, match="inside"):
        await Robots(AGENT, Site(Refused("inside")), Clock()).check(URL("https://blog.test/a"))
