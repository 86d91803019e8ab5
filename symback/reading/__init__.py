"""Text and SymPy to terms: NumPy expressions, index notation, network files and SymPy declarations."""
