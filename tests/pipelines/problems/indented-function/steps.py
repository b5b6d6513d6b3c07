from pathlib import Path

if True:

    def load(product):
        Path(product).write_text("1")
