"""Terms as boxes: index, scalar and matrix notation."""
