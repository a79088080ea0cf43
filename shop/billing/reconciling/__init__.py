"""Our books against Stripe's: what no webhook told us is found, and told to the same handlers."""
