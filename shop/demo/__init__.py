"""`shop demo`: made-up people buy in a running development shop, and staff sends what they bought.

All of it goes over HTTP, so there is nothing here that a shop could not have by itself.
"""
