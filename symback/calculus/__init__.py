"""Differentiation: rules per node, local derivatives, reverse accumulation over names, the recorded trace."""
