"""Every example of docs/query.md does what it says."""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from rules.engine import Engine
from rules.examples import document_of
from rules.model import Rule
from rules.query import QueryError, canonical, parse

DOCS = (Path(__file__).parents[2] / "docs" / "query.md").read_text(encoding="utf-8")
BLOCKS = [block.split("\n") for block in re.findall(r"```query\n(.*?)\n```", DOCS, re.DOTALL)]
TABLE = re.findall(r"^\| `(.+?)` \| `(.+?)` \|$", DOCS.partition("## How it is written back")[2], re.MULTILINE)


@dataclass
class Example:
    query: str
    sign: str
    text: str


def examples() -> list[Example]:
    found: list[Example] = []
    for query, *lines in BLOCKS:
        for line in lines:
            if line[:2] in {"+ ", "- ", "! "}:
                found.append(Example(query, line[0], line[2:]))
            else:
                found[-1].text += f"\n{line}"
    return found


@pytest.mark.parametrize("example", examples(), ids=lambda one: f"{one.query} {one.sign} {one.text[:30]}")
def test_an_example_does_what_it_says(example):
    if example.sign == "!":
        with pytest.raises(QueryError) as refused:
            parse(example.query)
        assert example.text in refused.value.problem
        return
    marked = [one.text for one in document_of(example.text).passages]
    document = document_of(re.sub(r"\[\[|\]\]", "", example.text))
    texts = [one.text for one in document.passages]
    for match in reversed(Engine([Rule(name="r", query=example.query)]).scan(document)):
        text = texts[match.passage]
        hit = f"[[{text[match.start : match.end]}]]"
        texts[match.passage] = text[: match.start] + hit + text[match.end :]
    assert texts == marked
    assert ("[[" in example.text) == (example.sign == "+")


def test_there_are_examples_of_everything():
    assert len(examples()) > 70
    operators = "OR AND NOT EXCEPT NEAR/ PRE/ w/ /s PRE/s w/s /p +4 doc: speaker: role: section: side: title: item:"
    operators += " kind: company: source: court: lang: -music * ! = ~4 ( AND NOT amount> amount: amount<= percent>"
    for operator in operators.split():
        assert any(operator in query for query, *_ in BLOCKS), operator


@pytest.mark.parametrize(("asked", "read"), TABLE)
def test_the_canonical_form_is_as_shown(asked, read):
    assert canonical(parse(asked)) == read
    assert parse(read) == parse(asked)


def test_the_table_of_canonical_forms_is_read():
    assert len(TABLE) == 7


def test_the_examples_of_fields_are_understood():
    fields = re.findall(r"`(\w+:[^`, ][^`]*)`", DOCS.partition("## Fields")[2].partition("Between different")[0])
    assert len(fields) >= 12
    for field in fields:
        parse(f"word {field}")
