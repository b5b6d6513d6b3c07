from pathlib import Path


def load(product, sample, share, names, deep):
    Path(product).write_text(f"{sample} {share} {names} {deep}")


def pick(product, upstream, wanted, resources_):
    words = Path(resources_["words"]).read_text().split()
    Path(product).write_text(" ".join(word for word in words if word.startswith(wanted)) + Path(upstream["load"]).name)
