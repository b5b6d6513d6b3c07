"""Rules of the family `spec`: what reading finds."""

from __future__ import annotations

from pipelens.core.problems import Rule

RULES: tuple[Rule, ...] = (
    Rule("yaml-error", "error", "The file is not valid YAML.", "…"),
    Rule("yaml-value", "error", "A value that YAML cannot make.", "…"),
    Rule("file-too-large", "error", "The file is too large to be read.", "…"),
    Rule("file-unreadable", "error", "A pipeline file cannot be read.", "…"),
    Rule("unquoted-placeholder", "error", "A value that begins with a placeholder needs quotes.", "…"),
    Rule("duplicate-key", "warning", "A key is written twice.", "…"),
    Rule("empty-pipeline", "error", "The file holds no pipeline.", "…"),
    Rule("missing-key", "error", "A required key is missing.", "…"),
    Rule("unknown-key", "error", "A key that nothing reads.", "…"),
    Rule("wrong-type", "error", "A value of the wrong type.", "…"),
    Rule("invalid-choice", "error", "A value outside its choices.", "…"),
    Rule("not-a-boolean", "warning", "A switch that is not true or false.", "…"),
    Rule("invalid-dotted-path", "error", "Not the dotted path of a function.", "…"),
    Rule("unknown-class", "error", "There is no such task or product class.", "…"),
    Rule("unknown-executor", "error", "There is no such executor.", "…"),
    Rule("executor-as-text", "warning", "An executor's dotted path as plain text.", "…"),
    Rule("location-not-alone", "error", "`location` beside other sections.", "…"),
    Rule("python-api", "info", "The pipeline is built by Python code.", "…"),
    Rule("other-tool", "info", "The file belongs to another tool.", "…"),
    Rule("module-not-found", "error", "The package of source_loader is not there.", "…"),
    Rule("import-tasks-unreadable", "error", "The file of import_tasks_from cannot be read.", "…"),
)
