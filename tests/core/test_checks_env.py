from __future__ import annotations

from pipelens.core.env import Env, EnvValue
from pipelens.core.problems import Place
from tests.core.building import Pipeline, at


def test_an_env_key_that_nothing_refers_to_is_told_at_its_place() -> None:
    place = Place("/project/env.yaml", at(0))
    values = {name: EnvValue(name, 1, "file", place) for name in ("one", "two", "three")}
    env = Env("/project/env.yaml", values, used=frozenset({"three"}))
    (found,) = Pipeline(env=env, uses={"one": 2}).problems()
    assert (found.code, found.place) == ("unused-env-key", place)
    assert "two" in found.message
