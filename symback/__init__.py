"""symback: gradient formulas of neural networks, derived, proved and printed."""
