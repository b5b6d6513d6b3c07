"""Rules of the family `products`: what reading finds."""

from __future__ import annotations

from pipelens.core.problems import Rule

RULES: tuple[Rule, ...] = (
    Rule("product-form", "error", "A product that is not understood.", "…"),
    Rule("relation-form", "error", "A relation that is not understood.", "…"),
    Rule("product-class-missing", "error", "A task class without a product class.", "…"),
    Rule("product-class-mismatch", "error", "A product class that the task cannot make.", "…"),
    Rule("product-conflict", "error", "The product is declared in two places.", "…"),
    Rule("product-relative-to-source", "error", "product_relative_to_source with a function task.", "…"),
    Rule("notebook-product-missing", "error", "A notebook task does not say where its notebook goes.", "…"),
    Rule("notebook-product-extension", "error", "A notebook's product of no known format.", "…"),
)
