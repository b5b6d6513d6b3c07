"""Drawings of a pipeline: Mermaid text, a tree of lines, and a page that needs no network."""
