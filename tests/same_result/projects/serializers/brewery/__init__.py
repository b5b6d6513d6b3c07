"""Beers: from the recipe to the grade."""
