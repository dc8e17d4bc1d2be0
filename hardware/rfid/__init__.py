"""Card readers and tag pads."""
