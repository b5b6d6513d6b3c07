from pathlib import Path


def résumer(product, upstream):
    """Résumé."""
    texte = Path(upstream["mesure été"]["data"]).read_text(encoding="utf-8")
    Path(product).write_text("résumé : " + texte, encoding="utf-8")
