import pytest

from rules.examples import BadExample, document_of, engine_for, failure
from rules.model import Filters, Rule
from watchers.model import EntryMeta, FilingMeta, PostMeta


def test_an_example_may_be_bare():
    document = document_of("We see {some} revenue.", language="ms")
    assert [passage.text for passage in document.passages] == ["We see {some} revenue."]
    assert (document.meta, document.language, document.title) == (PostMeta(), "ms", "")


def test_an_example_tells_who_speaks_and_where():
    first, second = document_of("{speaker=Susan Li, role=executive, section=qa} One. ¶ {role=analyst} Two.").passages
    assert (first.text, first.speaker, first.role, first.section) == ("One.", "Susan Li", "executive", "qa")
    assert (second.text, second.role) == ("Two.", "analyst")


def test_an_example_tells_what_kind_of_document_it_is():
    filing = document_of("{kind=filing, company=META, items=2.02; 9.01, lang=en, section=title} A title ¶ Words.")
    assert filing.meta == FilingMeta(items=("2.02", "9.01"))
    assert (filing.company, filing.language, filing.title, len(filing.passages)) == ("META", "en", "A title", 2)
    entry = document_of("{kind=docket-entry, court=cand, filed_by=Plaintiffs} Words.")
    assert entry.meta == EntryMeta(court="cand", filed_by="Plaintiffs")


@pytest.mark.parametrize(
    ("example", "said"),
    [
        ("{colour=red} Words.", '"colour" is nothing that an example can say'),
        ("{role=boss} Words.", "role: "),
        ("{kind=tweet} Words.", "example: "),
        ("{kind=post, items=2.02} Words.", "items: "),
        ("One. ¶ {company=META} Two.", '"company" is of the whole document'),
    ],
)
def test_what_cannot_be_read_is_said(example, said):
    with pytest.raises(BadExample) as bad:
        document_of(example)
    assert said in str(bad.value)


def test_what_comes_out_wrong_is_told_with_the_words_that_were_found():
    filters = Filters(companies=("META",))
    engine = engine_for([Rule(name="r", query=query, filters=filters) for query in ("royalty", "fee")])
    assert failure(engine, "A fee.", "match") is None
    assert failure(engine, "A price.", "miss") is None
    missed, found = failure(engine, "A price.", "match"), failure(engine, "No royalties.", "miss")
    assert (missed.query, missed.expected) == ("royalty OR fee", "match")
    assert (found.query, found.found) == ("royalty", "royalties")
