"""When each step of a plan is taken: one after another, or several at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from pipelens.runner.plan import Step

if TYPE_CHECKING:
    from concurrent.futures import Future

_BREATH = 0.2
"""Seconds after which the waiting thread looks up, so that it heeds signals on every system."""


def take_steps(
    steps: Sequence[Step],
    upstream: Mapping[str, Sequence[str]],
    take: Callable[[Step], None],
    *,
    workers: int,
) -> None:
    """Call `take` for every step, never before it returned for all that the step's task needs.

    workers: how many steps with the action `run` are under way at most; with 1 all is done in this
    thread, in the order of `steps`. Raises what `take` raises, after the others have ended.
    """
    if workers <= 1 or sum(step.action == "run" for step in steps) <= 1:
        for step in steps:
            take(step)
        return
    _Parallel(steps, upstream, take).run(workers)


class _Parallel:
    """Steps in flight, and those that still wait for others."""

    def __init__(
        self, steps: Sequence[Step], upstream: Mapping[str, Sequence[str]], take: Callable[[Step], None]
    ) -> None:
        self.take = take
        self.steps = {step.task: step for step in steps}
        self.missing: dict[str, int] = {}
        self.after: dict[str, list[str]] = {}
        for name in self.steps:
            needed = [one for one in dict.fromkeys(upstream.get(name, ())) if one in self.steps]
            self.missing[name] = len(needed)
            for one in needed:
                self.after.setdefault(one, []).append(name)
        self.ready = [name for name, missing in self.missing.items() if not missing]

    def run(self, workers: int) -> None:
        from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait

        under_way: dict[Future[None], str] = {}
        error: BaseException | None = None
        with ThreadPoolExecutor(workers, thread_name_prefix="pipelens-task") as pool:
            while self.ready or under_way:
                while self.ready and error is None:
                    name = self.ready.pop(0)
                    if self.steps[name].action == "run":
                        under_way[pool.submit(self.take, self.steps[name])] = name
                    else:
                        self.take(self.steps[name])
                        self.settle(name)
                done, _ = wait(under_way, timeout=_BREATH, return_when=FIRST_COMPLETED)
                for future in done:
                    name = under_way.pop(future)
                    error = error or future.exception()
                    self.settle(name)
                if error is not None and not under_way:
                    raise error

    def settle(self, name: str) -> None:
        for one in self.after.get(name, ()):
            self.missing[one] -= 1
            if not self.missing[one]:
                self.ready.append(one)
