"""Published standards as small rules: each has an id, a date, and test values."""
