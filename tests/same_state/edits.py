"""What is done to the projects between builds, and the tasks that each edit makes outdated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Edit:
    """In `file`, `old` becomes `new` wherever it stands; without `old`, the file is removed.
    outdates: names with spaces between, or `*` for all tasks."""

    file: str
    old: str = ""
    new: str = ""
    outdates: str = ""

    def apply(self, folder: Path) -> None:
        path = folder / self.file
        if not self.old:
            path.unlink()
            return
        text = path.read_bytes()
        assert self.old.encode() in text
        path.write_bytes(text.replace(self.old.encode(), self.new.encode()))

    def expected(self, tasks: list[str]) -> list[str]:
        return tasks if self.outdates == "*" else sorted(self.outdates.split())

    def __str__(self) -> str:
        return f"{self.file}: {self.old!r} → {self.new!r}" if self.old else f"{self.file} removed"


EDITS: Mapping[str, tuple[Edit, ...]] = {
    "notebooks": (
        Edit("scripts/rain.py", "7 * month", "8 * month", "*"),
        Edit("notebooks/totals.ipynb", "Of the *rain*", "Of all the *rain*", "totals light plain"),
        Edit("notebooks/totals.ipynb", '"display_name": "Python 3"', '"display_name": "Three"'),
        Edit("scripts/light.py", "# The last", "# Last", "light plain"),
        Edit("scripts/plain.py", "# %%\nfrom", '# %% imports slow="yes"\nfrom'),
    ),
    "grid": (
        Edit("pipeline.yaml", "[1, 2]", "[1, 3]", "fit-2 fit-3 score-10 score-20 compare"),
        Edit("pipeline.yaml", "[10, 20]", "[10, 20, 30]", "score-30"),
        Edit("heights.py", "One of several", "One of many"),
        Edit(
            "heights.py",
            "+ seed",
            "- seed",
            "fit-0 fit-1 fit-2 fit-3 score-10 score-20 score-30 compare",
        ),
    ),
    "hooks": (
        Edit("watch.py", "_note(word)", "_note(word.upper())"),
        Edit("pipeline.yaml", "word: counted", "word: done"),
        Edit("pipeline.yaml", "unit: pieces", "unit: things", "count show"),
        Edit("out/count.txt", outdates="count show"),
    ),
    "shell": (
        Edit("words.sh", "# the first", "# the very first", "*"),
        Edit("pipeline.yaml", "most: 3", "most: 2", "*"),
        Edit("sort.sh", "{{upstream['words']}}", "{{ upstream['words']  }}"),
        Edit("sort.sh", "{% if upstream %}", "{%- if upstream %}", "sort tell"),
        Edit("pipeline.yaml", "out/number.txt", "out/count.txt", "sort tell"),
        Edit("out/.count.txt.metadata", outdates="sort tell"),
    ),
    "serializers": (
        Edit("files.py", "json.dumps(value)", "json.dumps(value, indent=1)"),
        Edit("steps.py", "return 0", "return 1"),
        Edit("steps.py", "# every number below the largest", "# all numbers below it"),
        Edit("steps.py", "Two of them", "A mapping of two"),
        Edit("steps.py", "@timed\n", "", "halves label"),
        Edit("steps.py", '"up to"', '"at most"', "label"),
    ),
    "env": (
        Edit("env.yaml", "sample: 3", "sample: 4", "*"),
        Edit("words.txt", "alpha", "apple", "pick report"),
        Edit("env.yaml", "Of words", "On words", "report"),
        Edit("pipeline.yaml", "share: 0.5\n", "share: 0.50  # half\n"),
        Edit("pipeline.yaml", "[one, two]", "[two, one]", "*"),
    ),
    "formats": (
        Edit("pipeline.yaml", "exclude_input: true", "exclude_input: false"),
        Edit("explore.ipynb", "What was measured", "Measured", "explore only"),
        Edit("pipeline.yaml", "out/only.html", "out/only.md", "only"),
    ),
    "names": (
        Edit("étapes.py", "résumé : ", "le résumé : ", "résumé compter"),
        Edit("étapes.py", "\n", "\r\n"),
        Edit("pas à pas/mesure d'été.py", "à la plage 🏖", "à la côte", "*"),
        Edit("pipeline.yaml", "Île d'Yeu", "Île de Ré", "*"),
    ),
}
