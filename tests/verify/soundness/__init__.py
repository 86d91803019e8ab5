"""Claims that try to be accepted though false, or refuted though true."""
