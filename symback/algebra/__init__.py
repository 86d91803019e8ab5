"""The language: sizes, indices, terms, the tables of operations and opaque rows, facts, the normal form."""
