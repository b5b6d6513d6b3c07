"""Rules of the family `tasks`: what reading finds."""

from __future__ import annotations

from pipelens.core.problems import Rule

RULES: tuple[Rule, ...] = (
    Rule("class-unclear", "error", "No task class fits the source.", "…"),
    Rule("unusable-class", "error", "A task class that does not work from YAML.", "…"),
    Rule("function-named-like-extension", "warning", "A function whose name Ploomber takes for a file's ending.", "…"),
    Rule("name-not-text", "warning", "A task's name that is not text.", "…"),
    Rule("param-name", "error", "A name that a param cannot have.", "…"),
    Rule("param-not-storable", "error", "A value that cannot go into a notebook.", "…"),
    Rule("quoted-number", "warning", "A quoted number becomes a number.", "…"),
    Rule("text-becomes-tuple", "warning", "Text with commas becomes a tuple.", "…"),
    Rule("resource-missing", "error", "A resource that is not a file.", "…"),
    Rule("upstream-conflict", "error", "Upstream is declared in two places.", "…"),
    Rule("option-conflict", "error", "Two options that exclude each other.", "…"),
    Rule("deprecated-key", "info", "An older name of a key.", "…"),
    Rule("client-missing", "error", "A product class without the client it needs.", "…"),
    Rule("grid-overlap", "error", "A key is in grid and in params.", "…"),
    Rule("grid-too-large", "error", "A grid with too many tasks.", "…"),
    Rule("grid-mapping-value", "warning", "A mapping as a grid's value stands for its keys.", "…"),
    Rule("grid-from-code", "info", "A grid's values come from a function.", "…"),
)
