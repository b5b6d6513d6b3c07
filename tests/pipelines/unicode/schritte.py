def zählen(product):
    """Zählt."""
    open(str(product), "w").close()
