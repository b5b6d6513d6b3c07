"""What the user set in the editor, as the server understands it.

Clients tell settings in several forms: nested (`{"pipelens": {"quietPeriod": 20}}`), flat
(`{"pipelens.quietPeriod": 20}`), or the section alone. A value that is not understood is told and
left out; the others hold.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, cast

from pipelens.core.problems import rules
from pipelens.core.suggestions import nearest
from pipelens.frozen import frozen
from pipelens.protocol.settings import SECTION, SETTINGS, Setting

if TYPE_CHECKING:
    from pipelens.core.suppression import SeverityChoice

_NAMES: Mapping[str, Setting] = {setting.name: setting for setting in SETTINGS}
_FIELDS = {
    "quietPeriod": "quiet_period",
    "typingPause": "typing_pause",
    "keyCompletion": "key_completion",
    "interpreter": "interpreter",
    "codeLens": "code_lens",
    "inlayHints": "inlay_hints",
    "severity": "severity",
}
_LONGEST_SHOWN = 60


@frozen
class ClientSettings:
    """quiet_period, typing_pause: milliseconds. interpreter: names a program; None while the
    workspace is not trusted. (`protocol/settings.py` documents all of them.)"""

    quiet_period: int = 20
    typing_pause: int = 500
    key_completion: Literal["auto", "on", "off"] = "auto"
    interpreter: str | None = None
    code_lens: bool = True
    inlay_hints: bool = True
    severity: Mapping[str, SeverityChoice] = field(default_factory=lambda: MappingProxyType({}))


@frozen
class SettingsRead:
    """faults: for each value that was left out, what is wrong and what to do."""

    settings: ClientSettings
    faults: tuple[str, ...] = ()


def section_of(told: object) -> Mapping[str, object]:
    """Our part of what a client tells, by the names of settings; empty when there is none."""
    if not isinstance(told, Mapping):
        return {}
    values = cast("Mapping[str, object]", told)
    inner = values.get(SECTION)
    if isinstance(inner, Mapping):
        return cast("Mapping[str, object]", inner)
    flat = {
        name.removeprefix(f"{SECTION}."): value
        for name, value in values.items()
        if name.startswith(f"{SECTION}.")
    }
    return flat or {name: value for name, value in values.items() if name in _NAMES}


def read_client_settings(section: Mapping[str, object], *, trusted: bool) -> SettingsRead:
    """The settings in our section. null, and for `interpreter` an empty text, mean: not set."""
    reader = _Reader(trusted)
    for name, value in section.items():
        setting = _NAMES.get(name)
        if setting is None:
            reader.unknown(name)
        elif value is not None:
            reader.read(setting, value)
    return SettingsRead(reader.settings, tuple(reader.faults))


class _Reader:
    def __init__(self, trusted: bool) -> None:
        self._trusted = trusted
        self.settings = ClientSettings()
        self.faults: list[str] = []

    def read(self, setting: Setting, value: object) -> None:
        if setting.is_program and not self._trusted:
            return
        match setting.kind, value:
            case "milliseconds", int() | float() if not isinstance(value, bool) and self._fits(
                setting, value
            ):
                self._set(setting, int(value))
            case "choice", str() if value in setting.choices:
                self._set(setting, value)
            case "switch", bool():
                self._set(setting, value)
            case "text", str():
                self._set(setting, value.strip() or None)
            case "severities", Mapping():
                severities = dict(self._severities(setting, cast("Mapping[str, object]", value)))
                self._set(setting, MappingProxyType(severities))
            case _:
                self._tell(setting.full_name, value, _expected(setting, value))

    def unknown(self, name: str) -> None:
        """Only what looks like a misspelling of ours: clients keep settings of their own here."""
        near = nearest(name, _NAMES)
        if near is not None:
            self.faults.append(f"There is no setting {SECTION}.{name}; did you mean {SECTION}.{near}?")

    def _fits(self, setting: Setting, value: float) -> bool:
        return value == value and 0 <= value <= (setting.largest or 0)

    def _set(self, setting: Setting, value: object) -> None:
        self.settings = replace(self.settings, **{_FIELDS[setting.name]: value})

    def _severities(
        self, setting: Setting, values: Mapping[str, object]
    ) -> Iterator[tuple[str, SeverityChoice]]:
        known = rules()
        for code, value in values.items():
            if code not in known:
                near = nearest(code, known)
                remedy = f"did you mean '{near}'?" if near else "`pipelens explain` lists them."
                self.faults.append(f"{setting.full_name}: there is no problem code '{code}'; {remedy}")
            elif value in setting.choices:
                yield code, cast("SeverityChoice", value)
            elif value is not None:
                self._tell(f"{setting.full_name}, '{code}'", value, _one_of(setting, value))

    def _tell(self, name: str, value: object, expected: str) -> None:
        shown = repr(value)
        if len(shown) > _LONGEST_SHOWN:
            shown = f"{shown[:_LONGEST_SHOWN]} …"
        self.faults.append(f"{name} is {shown}: {expected}. It is ignored.")


def _expected(setting: Setting, value: object) -> str:
    match setting.kind:
        case "milliseconds":
            return f"set it to milliseconds, a number from 0 to {setting.largest:,}"
        case "choice":
            return _one_of(setting, value)
        case "switch":
            return "set it to true or false"
        case "text":
            return "set it to a text"
        case "severities":
            return 'set it to an object of problem codes, such as {"unused-param": "off"}'
        case "words" | "texts":
            return "the client reads it"


def _one_of(setting: Setting, value: object) -> str:
    choices = ", ".join(f"'{choice}'" for choice in setting.choices)
    near = nearest(value, setting.choices) if isinstance(value, str) else None
    return f"set it to one of {choices}" + (f" (did you mean '{near}'?)" if near else "")
