"""What a file says that it is."""

from pathlib import Path

import pytest

from watchers.model import Body
from watchers.readers import sniff
from watchers.trouble import Unreadable


def found(content: str, *, name: str = "a.txt", media_type: str | None = "text/plain") -> tuple[str, str]:
    facts = sniff.read(Body(content.encode(), url=name, media_type=media_type), sniff.Options()).facts
    return facts["kind"], facts["form"]


MENU = "".join(
    f"<p>{label}: {words}</p>"
    for label, words in [
        ("Insurance Guide", "Compare what a plan costs in your state, and what it leaves for you to pay."),
        ("Physician Directory", "Find a doctor near you who takes new patients, and read what others say."),
        ("Insurance Guide", "What changes with the new year, and what you have to do about it until then."),
        ("Physician Directory", "How to tell whether a doctor is certified, and by whom, before you go."),
    ]
)


def test_a_page_with_labels_is_no_call():
    assert found(f"<html><body>{MENU}</body></html>", name="a.html", media_type="text/html") == ("post", "page")


def test_a_page_on_which_an_operator_speaks_is_a_call():
    calls = "<p>Operator: Good day, and welcome. Please go ahead, whenever you are ready to begin.</p>"
    told = found(f"<html><body>{calls}{MENU}</body></html>", name="a.html", media_type="text/html")
    assert told == ("transcript", "turns")


def test_a_page_that_says_it_is_a_call_is_one():
    title = "<h1>Example Corp Q1 2024 Earnings Call Transcript</h1>"
    told = found(f"<html><body>{title}{MENU}</body></html>", name="a.html", media_type="text/html")
    assert told == ("transcript", "turns")


def test_the_head_of_a_mail_is_no_call():
    mail = "".join(f"Received: from {n}.example.com by {n + 1}.example.com; 3 Feb 2023 08:00\n" for n in range(5))
    assert found(mail) == ("post", "text")


def test_people_who_speak_in_turn_make_a_call_without_an_operator():
    text = "\n\n".join(
        f"{name}: {words}"
        for name, words in [
            ("Jane Doe", "We had a quarter of which we are proud, in every region where we sell."),
            ("John Roe", "How much of that is price, and how much of it is more units than last year?"),
            ("Jane Doe", "Most of it is units. We have not raised a price since the spring."),
            ("John Roe", "That is what I wanted to hear, and I will get back in line for the next one."),
        ]
    )
    assert found(text) == ("transcript", "turns")
    stamp = "Case 3:23-cv-03417-VC   Document 501   Filed 03/21/25   Page 1 of 9\n\n"
    assert found(stamp + text) == ("docket-entry", "text")


def test_brackets_do_not_make_a_transcript_json():
    text = (
        "[Music]\n\nOperator: Good day, and welcome to the Example earnings conference call.\n\n"
        "Jane Doe: Thank you. We had a quarter of which we are proud.\n"
    )
    assert found(text) == ("transcript", "turns")


@pytest.mark.parametrize("text", ['{"symbol": "X", "content', '[{"symbol": "X"', "[["])
def test_json_that_is_cut_short_is_told(text: str):
    with pytest.raises(Unreadable, match="not JSON"):
        found(text, name="a.json", media_type="application/json")
    with pytest.raises(Unreadable, match="not JSON"):
        found(text)


def test_xml_that_no_reader_knows_is_told():
    sitemap = '<?xml version="1.0"?><urlset><url><loc>https://example.com/</loc></url></urlset>'
    with pytest.raises(Unreadable, match="XML of an unknown form"):
        found(sitemap, name="sitemap.xml", media_type=None)


def test_xhtml_is_a_page():
    page = '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><body><p>We rent arms.</p></body></html>'
    assert found(page, name="a.xhtml", media_type=None) == ("post", "page")
    assert found(page, name="a.html", media_type="text/html") == ("post", "page")


@pytest.mark.full
def test_real_pages_are_posts_and_real_calls_are_calls(data: Path):
    pages = [
        *data.glob("blogs/readability_pages/*/source.html"),
        *data.glob("blogs/trafilatura_eval/html/*.html"),
    ]
    wrong = [
        page.name
        for page in pages
        if sniff.read(Body(page.read_bytes(), media_type="text/html"), sniff.Options()).facts["kind"] == "transcript"
    ]
    calls = list(data.glob("transcripts/rev_nlp_text/*.txt"))
    missed = [
        call.name
        for call in calls
        if sniff.read(Body(call.read_bytes(), media_type="text/plain"), sniff.Options()).facts["kind"] != "transcript"
    ]
    assert pages, "no page was found"
    assert calls, "no call was found"
    assert (wrong, missed) == ([], [])
