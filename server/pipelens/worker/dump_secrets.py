"""What looks like a secret does not go into a dump: by its name, by its form, by being known.

Rather too much than too little: a dump is carried to other machines.
"""

from __future__ import annotations

import os
import re
from typing import Any, List, Mapping, Set

HIDDEN = "<hidden>"

_WORDS = (
    " password passwords passwd passphrase pwd secret secrets token credential credentials cred creds cookie cookies"
    " auth authorization authentication bearer apikey jwt otp dsn "
)
_OF_KEYS = (
    " api access private secret signing encryption account auth master service client license ssh gpg aws azure gcp"
    " storage shared crypto session webhook deploy "
)
_OF_LOGINS = " db database user smtp mail mysql pg postgres root admin login proxy "
_SPLIT = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_HINTS = (
    *("://", "passw", "pwd", "secret", "token", "_key", "-key", "apikey", "accesskey", "accountkey"),
    *("private key", "signature", "sig=", "sig:", "bearer ", "basic ", "akia", "asia", "eyj", "ghp_"),
    *("gho_", "ghu_", "ghs_", "ghr_", "github_pat", "glpat", "xox", "sk-", "sk_", "rk_", "rk-", "hf_"),
    "pk_live",
)
"""Without any of these in it, in small letters, a text has none of the forms: that is quicker to see."""
_FORMS = r"""(?ix)
    (?P<url> (?<![a-z0-9]) [a-z][a-z0-9+.-]{0,30} :// [^\s:/@'"]{0,200} : ) [^\s'"]{0,500} @
    | (?P<user> (?<![a-z0-9]) [a-z][a-z0-9+.-]{0,30} :// ) [^\s:/@'"]{16,200} @
    | (?P<name> (?<![\w-]) [\w-]{0,60}? (?: password | passwd | pwd | secret | token | api[_-]?key | access[_-]?key
        | account[_-]?key | sharedaccesskey | signature | (?<![a-z0-9]) sig )
        ["']? \s{0,4} [=:] \s{0,4} ["']? ) (?! <hidden> ) [^\s;,&'"(){}\[\]]{3,}
    | (?P<scheme> \b (?: bearer | basic ) \s{1,4} ) [a-z0-9._~+/=-]{8,}
    | -----BEGIN\ [A-Z\ ]{0,40}PRIVATE\ KEY----- (?: .*? -----END\ [A-Z\ ]{0,40}PRIVATE\ KEY----- | .* )
    | \b (?: AKIA | ASIA ) [0-9A-Z]{16} \b
    | \b (?: gh[pousr] | github_pat | glpat | xox[abprs] | sk | rk | pk_live | hf ) [_-] [A-Za-z0-9_-]{16,}
    | \b eyJ[\w-]{8,} \. [\w-]{8,} (?: \. [\w-]* )?
"""
_RANDOM = re.compile(r"(?=.*[0-9])(?=.*[A-Za-z])[\w+/=.~-]{16,}\Z")
_SHORTEST = 6
"""Characters of a known secret that is looked for in other texts."""
_MOST_KNOWN = 50
_LONGEST_NAME = 200


def is_secret_name(name: str) -> bool:
    """Whether a variable, attribute, key or column of this name is not recorded."""
    words = [word.lower() for word in _SPLIT.findall(name[:_LONGEST_NAME])]
    for at, word in enumerate(words):
        before = words[at - 1] if at else ""
        if _is_one(word, _WORDS):
            return True
        if word in ("key", "keys", "tokens") and _is_one(before, _OF_KEYS):
            return True
        if word == "pass" and _is_one(before, _OF_LOGINS):
            return True
    return False


def _is_one(word: str, words: str) -> bool:
    return bool(word) and " " + word + " " in words


def is_key_name(name: str) -> bool:
    """Whether a text of this name is a secret if it looks like chance."""
    return name[-3:].lower() == "key"


def looks_random(text: str) -> bool:
    return _RANDOM.match(text[:_LONGEST_NAME]) is not None


class Secrets:
    """The secrets that are known by now, to be taken out of every other text."""

    def __init__(self) -> None:
        self._known: Set[str] = set()
        environ = getattr(os.environ, "_data", None)
        if type(environ) is dict:
            for name, value in list(environ.items()):
                name = name.decode("utf-8", "replace") if type(name) is bytes else name
                value = value.decode("utf-8", "replace") if type(value) is bytes else value
                if type(name) is str and type(value) is str and is_secret_name(name):
                    self.learn(value)

    def learn(self, value: Any) -> None:
        """Remember a hidden text, to hide it elsewhere."""
        if type(value) is bytes:
            value = value[:4096].decode("utf-8", "replace")
        if type(value) is not str or not _SHORTEST <= len(value) <= 4096 or len(self._known) >= _MOST_KNOWN:
            return
        # Words like `private`, and paths, are no secrets for being in a variable with such a name.
        if not value.isalpha() and not value.startswith(("/", "./", "~")):
            self._known.add(value)

    def learn_from(self, values: Any, depth: int = 0) -> None:
        """The secrets among named values as the plan has them: dicts and lists of JSON."""
        if depth > 6:
            return
        if type(values) is dict:
            for name, value in values.items():
                if type(value) is str and is_secret_name(name):
                    self.learn(value)
                else:
                    self.learn_from(value, depth + 1)
        elif type(values) is list:
            for value in values[:1000]:
                self.learn_from(value, depth + 1)

    def taken_out(self, text: str) -> str:
        """`text` without what has a secret's form, and without the known ones."""
        if len(text) > 7:
            small = text.lower()
            if any(hint in small for hint in _HINTS):
                text = re.sub(_FORMS, _replacement, text, flags=re.DOTALL)
        return self.known_taken_out(text)

    def known_taken_out(self, text: str) -> str:
        for secret in self._known:
            if secret in text:
                text = text.replace(secret, HIDDEN)
        return text

    def in_document(self, text: str) -> bool:
        """Whether a known secret stands in a JSON text: as it is, or as `repr` and JSON write it."""
        return any(form in text for secret in self._known for form in _written(secret))

    def clean(self, nodes: List[Any]) -> None:
        """Take the secrets that became known later out of what was recorded before."""
        for node in nodes:
            text = node["r"]
            for secret in self._known:
                for form in {secret, repr(secret)[1:-1]}:
                    if form in text:
                        text = text.replace(form, HIDDEN)
            if text != node["r"]:
                node["r"] = text
                node.pop("v", None)


def _written(secret: str) -> List[str]:
    escaped = repr(secret)[1:-1]
    return [_in_json(secret), _in_json(escaped)]


def _in_json(text: str) -> str:
    import json

    return json.dumps(text)[1:-1]


def _replacement(found: Any) -> str:
    groups: Mapping[str, Any] = found.groupdict()
    if groups["url"] or groups["user"]:
        return (groups["url"] or groups["user"]) + HIDDEN + "@"
    return (groups["name"] or groups["scheme"] or "") + HIDDEN
