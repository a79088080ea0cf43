"""`shop simulate`: watch a subscription live, in a shop of its own that is thrown away."""
