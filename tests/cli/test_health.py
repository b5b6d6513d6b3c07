from __future__ import annotations

import pytest

from pipelens.health import redacted

HOME = {"HOME": "/home/maria", "USER": "maria"}


def test_the_home_folder_and_the_name_are_removed():
    text = redacted("/home/maria/wine/x.py by maria, not mariana", environ=HOME)
    assert text == "~/wine/x.py by <user>, not mariana"


@pytest.mark.parametrize(
    "secret",
    [
        "token: abc123",
        "MY_API_KEY=abc123",
        'password = "abc123 def"',
        "postgres://me:abc123@host/db",
        "ghp_abc1230000000000000000",
        "key abc1230000000000000000000000000000000000",
    ],
)
def test_what_looks_like_a_secret_is_removed(secret: str):
    assert "abc123" not in redacted(secret, environ={})


def test_the_rest_stays_readable():
    text = "Python 3.11.7 (/usr/bin/python3): undefined-placeholder in pipeline.yaml"
    assert redacted(text, environ={}) == text


def test_env_values_and_secret_variables_are_removed():
    text = redacted(
        "failed for customer-x with hunter22", environ={"DB_PASSWORD": "hunter22"}, values=["customer-x"]
    )
    assert text == "failed for <value> with <value>"
