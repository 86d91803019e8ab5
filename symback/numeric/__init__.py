"""Running a program: the high-precision reference evaluator, generated NumPy source, compiled models."""
