"""The table of settings where people and editors read it: `docs/settings.md`, `docs/vscode.md` and the
`contributes.configuration` of the extension for VS Code."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any, Final

from pipelens.protocol.settings import CLIENT_SETTINGS, SETTINGS, Setting

BEGIN: Final = "<!-- the editor's settings: generated, see `make protocol` -->"
END: Final = "<!-- end of the editor's settings -->"
_INDENT: Final = 2


def settings_schema() -> dict[str, Any]:
    """All settings as VS Code's `contributes.configuration.properties` has them."""
    return {setting.full_name: _schema(setting) for setting in (*SETTINGS, *CLIENT_SETTINGS)}


def restricted() -> list[str]:
    """The settings that VS Code hides until the workspace is trusted."""
    return [setting.full_name for setting in (*SETTINGS, *CLIENT_SETTINGS) if setting.is_program]


def _schema(setting: Setting) -> dict[str, Any]:
    scope = "machine-overridable" if setting.is_program else setting.scope
    unit = " In milliseconds." if setting.kind == "milliseconds" else ""
    return {"scope": scope, "markdownDescription": setting.documentation + unit, **_values_schema(setting)}


def _values_schema(setting: Setting) -> dict[str, Any]:
    default = setting.default
    match setting.kind:
        case "milliseconds":
            return {"type": "integer", "default": default, "minimum": 0, "maximum": setting.largest}
        case "choice":
            choices, texts = list(setting.choices), list(setting.choice_texts)
            return {"type": "string", "default": default, "enum": choices, "enumDescriptions": texts}
        case "switch":
            return {"type": "boolean", "default": default}
        case "text":
            return {"type": ["string", "null"], "default": default}
        case "severities":
            allowed = {"type": "string", "enum": list(setting.choices)}
            return {"type": "object", "default": {}, "additionalProperties": allowed}
        case "words":
            return {"type": ["array", "null"], "items": {"type": "string"}, "default": default}
        case "texts":
            allowed = {"type": ["string", "null"]}
            return {"type": "object", "default": {}, "additionalProperties": allowed}


# -- for people


def settings_page(settings: Iterable[Setting]) -> str:
    """A table of settings in Markdown."""
    lines = ["| setting | values | default | |", "|---|---|---|---|"]
    for setting in settings:
        text = setting.documentation
        if setting.choice_texts:
            pairs = zip(setting.choices, setting.choice_texts, strict=True)
            text += " " + " ".join(f"`{choice}`: {told[0].lower()}{told[1:]}" for choice, told in pairs)
        lines.append(f"| `{setting.full_name}` | {_values(setting)} | {_default(setting)} | {text} |")
    return "\n".join(lines) + "\n"


def _values(setting: Setting) -> str:
    match setting.kind:
        case "milliseconds":
            return f"milliseconds, 0 to {setting.largest:,}"
        case "choice":
            return ", ".join(f"`{choice}`" for choice in setting.choices)
        case "switch":
            return "`true`, `false`"
        case "text":
            return "text"
        case "severities":
            return "problem codes, each " + ", ".join(f"`{choice}`" for choice in setting.choices)
        case "words":
            return "list of texts"
        case "texts":
            return "names, each with a text or null"


def _default(setting: Setting) -> str:
    return "none" if setting.default is None else f"`{json.dumps(setting.default).strip(chr(34))}`"


def settings_document(text: str) -> str:
    """`docs/settings.md` with the generated part between its marks made anew: what every editor has."""
    return _between_marks(text, settings_page(SETTINGS))


def vscode_document(text: str) -> str:
    """`docs/vscode.md`, likewise: all that VS Code has."""
    return _between_marks(text, settings_page((*SETTINGS, *CLIENT_SETTINGS)))


def _between_marks(text: str, page: str) -> str:
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{page}\n{END}{after}"


# -- for VS Code


def package_manifest(text: str) -> str:
    """`package.json` with its settings made anew; all else stays as it is written."""
    text = _with_value(text, "properties", settings_schema(), behind='"configuration"')
    return _with_value(text, "restrictedConfigurations", restricted())


def _with_value(text: str, key: str, value: object, behind: str = "") -> str:
    """JSON text with the value of the first `key` (behind a mark) replaced, indented as its line is."""
    found = re.compile(rf'^( *)(?:.*[{{,] *)?"{key}": ', re.MULTILINE).search(text, text.index(behind))
    if found is None:
        raise ValueError(f'package.json has no "{key}"')
    _, end = json.JSONDecoder().raw_decode(text, found.end())
    written = json.dumps(value, indent=_INDENT, ensure_ascii=False).replace("\n", f"\n{found[1]}")
    return f"{text[: found.end()]}{written}{text[end:]}"
