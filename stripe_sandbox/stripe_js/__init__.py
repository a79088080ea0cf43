"""A stand-in for https://js.stripe.com/endive/stripe.js and the frames that it opens."""
