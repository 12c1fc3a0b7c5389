"""What is wrong with a query, where, and what to write instead."""


class QueryError(ValueError):
    """A query that cannot be understood or may not be asked.

    `start`, `end`: offsets in the text of the query. `rule`: the name of the rule, where it has one.
    """

    def __init__(self, problem: str, mend: str, start: int, end: int, *, rule: str | None = None) -> None:
        super().__init__(problem, mend, start, end)
        self.problem = problem
        self.mend = mend
        self.start = start
        self.end = end
        self.rule = rule

    def __str__(self) -> str:
        where = f"{self.rule}: " if self.rule is not None else ""
        return f"{where}{self.problem} (at character {self.start + 1}). {self.mend}"

    def pointed(self, text: str) -> str:
        """Two lines: the query, and carets under the place."""
        line = "".join(character if character.isprintable() else " " for character in text)
        return f"{line}\n{' ' * self.start}{'^' * max(1, self.end - self.start)}"

    def of(self, rule: str) -> "QueryError":
        """The same, in the name of a rule."""
        return QueryError(self.problem, self.mend, self.start, self.end, rule=rule)
