"""The back office with the books of a large shop."""
