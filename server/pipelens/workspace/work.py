"""Work: counts of what a keeper did, the measure of "cost follows the change"."""

from __future__ import annotations

from pipelens.frozen import frozen


@frozen
class Work:
    """What a keeper has done so far. sources_read: those of tasks; orders_made: build orders; specs_read:
    how often the spec's text was looked at from its first line to its last."""

    entries_composed: int = 0
    entries_read: int = 0
    sources_read: int = 0
    tasks_joined: int = 0
    entries_checked: int = 0
    orders_made: int = 0
    specs_read: int = 0

    def since(self, before: Work) -> Work:
        return Work(
            self.entries_composed - before.entries_composed,
            self.entries_read - before.entries_read,
            self.sources_read - before.sources_read,
            self.tasks_joined - before.tasks_joined,
            self.entries_checked - before.entries_checked,
            self.orders_made - before.orders_made,
            self.specs_read - before.specs_read,
        )
