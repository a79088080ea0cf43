// Tells Stripe.js on the page around this frame that the buyer has answered. It holds no
// secret, so any page may hear it; the page then asks the API for the outcome.
parent.postMessage({ sandbox: "challenge-done" }, "*");
