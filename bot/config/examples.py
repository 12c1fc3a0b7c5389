"""The examples of configured rules, run: what comes out wrong, with its line and its mend."""

from collections.abc import Iterator

from bot.config.model import Config, Examples
from bot.config.problems import Problem, shown
from rules.engine import Engine
from rules.examples import BadExample, Expected, Failure, engine_for, failure

_KEYS: dict[Expected, str] = {"match": "matches", "miss": "misses"}


def wrong(config: Config) -> list[Problem]:
    """Of all rules."""
    return [problem for examples in config.examples for _, problem in wrong_examples(config, examples)]


def wrong_examples(config: Config, examples: Examples) -> list[tuple[Failure, Problem]]:
    """Of one rule. An example that cannot be read fails as well."""
    engine = engine_for(rule for rule in config.rules if rule.name == examples.rule)
    return [*_wrong(config, examples, engine, "match"), *_wrong(config, examples, engine, "miss")]


def _wrong(config: Config, examples: Examples, engine: Engine, expected: Expected) -> Iterator[tuple[Failure, Problem]]:
    key = _KEYS[expected]
    for place, example in enumerate(examples.matches if expected == "match" else examples.misses):
        try:
            failed = failure(engine, example, expected)
        except BadExample as bad:
            failed = Failure("", example, expected)
            problem = f"the example {shown(example)} cannot be read: {bad}"
            mend = "Write {speaker=…, section=…} before the text, as in docs/query.md, or nothing."
        else:
            if failed is None:
                continue
            mend = "Change the query or the example; `onrecord rules explain` shows how the query is read."
            if expected == "match":
                problem = f"the rule does not find its own example {shown(example)}"
            else:
                problem = f"the rule finds {shown(failed.found)} in an example that it must miss: {shown(example)}"
        line = config.places.line(("rule", examples.index, key, place))
        yield failed, Problem(str(config.path), line, f"rule.{examples.rule}.{key}.{place + 1}", problem, mend)
