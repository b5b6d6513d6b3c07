from pathlib import Path


def _note(text):
    with open("notes.log", "a") as notes:
        notes.write(text + "\n")


def rendered():
    _note("rendered")


def about_to_run(product):
    _note(f"rendered {Path(product).name}")


def check(product):
    assert Path(product).read_text(), "nothing was collected"


def note(product, word):
    _note(word)


def note_notebook(product):
    _note(Path(product["data"]).name)


def failed(product):
    _note(f"failed {Path(product).name}")


def all_done(report):
    _note("done")


def all_failed():
    _note("failed")
