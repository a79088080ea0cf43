function Stripe(key) {
  require_(/^pk_test_\w+$/.test(key || ""), "Stripe() needs a publishable test key, pk_test_...");
  return {
    elements: (options = {}) => new Elements(key, options),
    confirmPayment: (options) => confirm(key, "confirmPayment", options),
    confirmSetup: (options) => confirm(key, "confirmSetup", options),
    handleNextAction: ({ clientSecret }) => nextAction(key, clientSecret),
    retrievePaymentIntent: (clientSecret) => retrieve(key, clientSecret),
    retrieveSetupIntent: (clientSecret) => retrieve(key, clientSecret),
    createConfirmationToken: (options) => createToken(key, options),
    createPaymentMethod: ({ elements, params = {} }) =>
      collect(elements, { payment_method_data: params }),
  };
}
Stripe.version = "endive";
window.Stripe = Stripe;
