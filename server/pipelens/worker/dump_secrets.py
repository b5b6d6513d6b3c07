"""What looks like a secret does not go into a dump: by its name, by its form, by being known.

Rather too much than too little: a dump is carried to other machines.
"""

from __future__ import annotations

import os
import re
from typing import Any, Iterable, List, Set

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
_STEMS = ("pass", "pwd", "secret", "token", "cred", "cookie", "auth", "bearer", "key", "jwt", "otp", "dsn")
"""Without any of these in it, in small letters, no word of a name is one of the above."""
_WORD = r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+"
_RANDOM = r"(?=.*[0-9])(?=.*[A-Za-z])[\w+/=.~-]{16,}\Z"

# What secrets look like; the first group is left where it is. Each is compiled when a text has what it cannot
# be without: `re` takes longer for all of them than the rest of a recording takes.
_PRIVATE_KEY = r"""(?isx) -----BEGIN\ [A-Z\ ]{0,40}PRIVATE\ KEY-----
    (?: .*? -----END\ [A-Z\ ]{0,40}PRIVATE\ KEY----- | .* )"""
_URL = r"""(?ix) ( (?<![a-z0-9]) [a-z][a-z0-9+.-]{0,30} :// [^\s:/@'"]{0,200} : ) [^\s'"]{0,500} (?= @ )"""
_URL_USER = r"""(?ix) ( (?<![a-z0-9]) [a-z][a-z0-9+.-]{0,30} :// ) [^\s:/@'"]{16,200} (?= @ )"""
_SCHEME = r"""(?ix) ( \b (?: bearer | basic ) \s{1,4} ) [a-z0-9._~+/=-]{8,}"""
_CLOUD_KEY = r"""(?ix) \b (?: AKIA | ASIA ) [0-9A-Z]{16} \b"""
_KEY = r"""(?ix) \b (?: gh[pousr] | github_pat | glpat | xox[abprs] | sk | rk | pk_live | hf )
    [_-] [a-z0-9_-]{16,}"""
_WEB_TOKEN = r"""(?ix) \b eyJ[\w-]{8,} \. [\w-]{8,} (?: \. [\w-]* )?"""
_NAMED = r"""(?ix) ( (?<![\w-]) [\w-]{0,60}? (?: password | passwd | pwd | secret | token | api[_-]?key
        | access[_-]?key | account[_-]?key | sharedaccesskey | signature | (?<![a-z0-9]) sig )
    ["']? \s{0,4} [=:] \s{0,4} ["']? ) (?! <hidden> ) [^\s;,&'"(){}\[\]]{3,}"""
_NAMES = (
    *("password", "passwd", "pwd", "secret", "token", "signature", "sig", "apikey", "api_key", "api-key"),
    *("accesskey", "access_key", "access-key", "accountkey", "account_key", "account-key"),
)
_CLOUD_KEYS = ("akia", "asia")
_KEYS = (
    *("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "ghp-", "gho-", "ghu-", "ghs-", "ghr-", "github_pat", "glpat"),
    *("xox", "sk-", "sk_", "rk_", "rk-", "hf_", "hf-", "pk_live"),
)
_AFTER_KEYS = 16
"""Characters that follow the beginning of a key at least."""
_SHORTEST = 6
"""Characters of a known secret that is looked for in other texts."""
_MOST_KNOWN = 50
_LONGEST_NAME = 200


def is_secret_name(name: str) -> bool:
    """Whether a variable, attribute, key or column of this name is not recorded."""
    if len(name) < 3:
        return False
    name = name[:_LONGEST_NAME]
    small = name.lower()
    for stem in _STEMS:
        if stem in small:
            break
    else:
        return False
    if (name.islower() or name.isupper()) and name.isascii() and name.replace("_", "").isalpha():
        words = [word for word in small.split("_") if word]  # as the pattern splits it
    else:
        words = [word.lower() for word in re.findall(_WORD, name)]
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
    return len(text) >= 16 and re.match(_RANDOM, text[:_LONGEST_NAME]) is not None


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
        if len(text) < _SHORTEST:
            return text
        if len(text) > 7:
            forms = _forms_in(text.lower())
            if forms:
                text = _hidden(text, forms)
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


def _forms_in(small: str) -> List[str]:
    """The forms that a text in small letters may have: quickly told, and none too few."""
    found: List[str] = []
    is_long = len(small) > 18
    is_named = "=" in small or ":" in small
    if not is_long and not is_named and " " not in small:
        return found
    if is_long and "private key" in small:
        found.append(_PRIVATE_KEY)
    if is_named and "://" in small and "@" in small:
        found += (_URL, _URL_USER)
    if "bearer " in small or "basic " in small:
        found.append(_SCHEME)
    if is_long:
        if _begins_key(small, _CLOUD_KEYS):
            found.append(_CLOUD_KEY)
        if ("_" in small or "-" in small) and _begins_key(small, _KEYS):
            found.append(_KEY)
        if "eyj" in small and "." in small:
            found.append(_WEB_TOKEN)
    if is_named and _is_given(small):
        found.append(_NAMED)
    return found


def _begins_key(small: str, hints: Iterable[str]) -> bool:
    """Whether a word begins with one of `hints`, and goes on as keys do."""
    for hint in hints:
        at = small.find(hint)
        while at >= 0:
            before, end = small[at - 1 : at], at + len(hint)
            after = small[end : end + _AFTER_KEYS]
            is_word = not before.isalnum() and before != "_"
            if (
                is_word
                and len(after) == _AFTER_KEYS
                and (after + "a").replace("_", "").replace("-", "").isalnum()
            ):
                return True
            at = small.find(hint, end)
    return False


def _is_given(small: str) -> bool:
    """Whether one of the names is followed by what it stands for."""
    for name in _NAMES:
        at = small.find(name)
        while at >= 0:
            end = at + len(name)
            if small[end : end + 6].lstrip("\"'").lstrip()[:1] in ("=", ":"):
                return True
            at = small.find(name, end)
    return False


def _hidden(text: str, forms: Iterable[str]) -> str:
    """`text` without what any of `forms` finds in it, whether those lie in one another or not."""
    spans = sorted(
        (found.end(1) if found.re.groups else found.start(), found.end())
        for form in forms
        for found in re.finditer(form, text)
    )
    kept: List[str] = []
    at = 0
    for start, end in spans:
        if start > at or not kept:
            kept.append(text[at:start])
        at = max(at, end)
    kept.append(text[at:])
    return HIDDEN.join(kept)
