"""Checking: differences of the loss, SymPy as a second route, reports."""
