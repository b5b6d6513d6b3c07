"""Random edits of texts, made of what people type into pipeline files."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import strategies as st

TYPED = st.one_of(
    st.sampled_from(
        [
            "\n", "\r\n", " ", "  ", "    ", "\t", "- ", "-", ":", ": ", ",", "#", " #", "'", '"', "{", "}", "[", "]",
            "|", ">", "|-\n", "&a ", "*a", "*first", "<<: *first", "!!str ", "!x ", "? ", "---\n", "...\n", "%", "@", "`",
            "{{", "}}", "{{out}}", "'{{out}}/x'", "{% if %}", "source", "product", "tasks:", "tasks:\n", "\ntasks:\n",
            "\n  - source: steps.load\n    product: z\n", "\n- source: steps.other\n", "  - ", "\n    grid: {a: [1, 2]}",
            "\nmeta: {extract_upstream: false}\n", "upstream: load", "name: one", "null", "~", "1", "1e400", "0o7", "yes",
            "é", "🚀", "\u2028", "\x85", "\ufeff", "\0", "\x7f", "\ud800", "load", "report.py", "params: {product: 1}",
        ]
    ),
    st.text("ab:{}[]'\"\n\t -*&!?|>%#\0é🚀", max_size=6),
)  # fmt: skip


@dataclass(frozen=True)
class Edit:
    """Replace `removed` characters at a share of the text's length by `typed`."""

    share: float
    removed: int
    typed: str

    def at(self, text: str) -> int:
        return round(self.share * len(text))

    def of(self, text: str) -> str:
        start = self.at(text)
        return text[:start] + self.typed + text[start + self.removed :]


EDITS = st.builds(
    Edit,
    st.floats(0, 1),
    st.one_of(st.just(0), st.integers(0, 3), st.integers(0, 60)),
    st.one_of(st.just(""), TYPED, st.lists(TYPED, max_size=3).map("".join)),
)
