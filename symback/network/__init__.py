"""Programs: leaves, definitions and results, and the checks a declaration must pass."""
