"""A local, stateful stand-in for Stripe: same routes, same objects, same mistakes, no money."""
