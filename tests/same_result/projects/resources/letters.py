"""Letters and what they are about."""

import csv
import json
from pathlib import Path

import yaml


def collect(product, resources_):
    """Letters stand in one file, with an empty line between them"""
    text = Path(resources_["letters"]).read_text(encoding="utf-8")
    letters = [" ".join(letter.split()) for letter in text.split("\n\n") if letter.strip()]
    Path(product).write_text(json.dumps(letters, ensure_ascii=False, indent=1), encoding="utf-8")


def label(product, upstream, fallback, resources_):
    """The topic with most words in the letter"""
    topics = yaml.safe_load(Path(resources_["topics"]).read_text(encoding="utf-8"))
    stopwords = set(Path(resources_["stopwords"]).read_text(encoding="utf-8").split())
    letters = json.loads(Path(upstream["collect"]).read_text(encoding="utf-8"))
    with open(product, "w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(["letter", "topic", "words"])
        for number, letter in enumerate(letters):
            words = {word.strip(".,!?").lower() for word in letter.split()} - stopwords
            hits = {topic: len(words & set(known)) for topic, known in topics.items()}
            best = max(hits, key=lambda topic: hits[topic])
            table.writerow([number, best if hits[best] else fallback, len(words)])
