"""Derivations as sheets: plain records, templates, files."""
