"""Discount codes of carts: what they take off, for whom, when, and how often."""
