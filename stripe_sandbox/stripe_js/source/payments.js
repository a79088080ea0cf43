// Confirming, and what follows.

const DONE = ["succeeded", "processing", "requires_capture"];
const never = () => new Promise(() => {});

function leaveFor(url) {
  location.assign(url);
  return never();
}

function returnTo(returnUrl, intent) {
  const url = new URL(returnUrl);
  const { name } = intentKind(intent.client_secret);
  url.searchParams.set(name, intent.id);
  url.searchParams.set(`${name}_client_secret`, intent.client_secret);
  url.searchParams.set("redirect_status", DONE.includes(intent.status) ? "succeeded" : "failed");
  return leaveFor(url.href);
}

/** `{paymentMethod}` from what was typed into the frame, or `{error}`. */
function collect(elements, params = {}) {
  require_(elements?.payment, "Pass `elements` with a mounted Payment Element.");
  return elements.payment.ask("createPaymentMethod", {
    billingDetails: params.payment_method_data?.billing_details,
  });
}

function outcome(intent) {
  if (intent.error) return { error: intent.error };
  const kind = intentKind(intent.client_secret);
  return intent[kind.error] && intent.status === "requires_payment_method"
    ? { error: { ...intent[kind.error], [kind.name]: intent } }
    : { [kind.key]: intent };
}

async function retrieve(key, clientSecret) {
  const intent = await retrieveIntent(key, clientSecret);
  return intent.error ? { error: intent.error } : { [intentKind(clientSecret).key]: intent };
}

async function nextAction(key, clientSecret) {
  const intent = await retrieveIntent(key, clientSecret);
  if (intent.status !== "requires_action") return outcome(intent);
  if (intent.next_action.type === "redirect_to_url") return leaveFor(intent.next_action.redirect_to_url.url);
  await challenge(intent.next_action.use_stripe_sdk.stripe_js);
  return outcome(await retrieveIntent(key, clientSecret));
}

async function confirm(key, caller, { elements, clientSecret, confirmParams = {}, redirect = "always" }) {
  const secret = clientSecret || elements?.options.clientSecret;
  const kind = intentKind(secret);
  require_(
    kind.name === (caller === "confirmSetup" ? "setup_intent" : "payment_intent"),
    `${caller}(): the client secret is of a ${kind.name}.`,
  );
  const returnUrl = confirmParams.return_url;
  require_(returnUrl || redirect === "if_required", `${caller}(): \`confirmParams.return_url\` is missing.`);
  let method = confirmParams.payment_method;
  if (elements) {
    const collected = await collect(elements, confirmParams);
    if (collected.error) return { error: collected.error };
    method = collected.paymentMethod.id;
  }
  const intent = await call(key, "POST", `${intentPath(secret)}/confirm`, {
    client_secret: secret,
    payment_method: method,
    return_url: returnUrl,
    receipt_email: confirmParams.receipt_email,
    shipping: confirmParams.shipping,
    use_stripe_sdk: true,
  });
  if (intent.error) {
    await elements?.payment.ask("showRefusal", { error: intent.error });
    return { error: intent.error };
  }
  if (intent.status === "requires_action") {
    return returnUrl ? leaveFor(intent.next_action.use_stripe_sdk.stripe_js) : nextAction(key, secret);
  }
  return redirect === "if_required" ? { [kind.key]: intent } : returnTo(returnUrl, intent);
}

async function createToken(key, { elements, params = {} }) {
  const collected = await collect(elements, params);
  if (collected.error) return { error: collected.error };
  const token = await call(key, "POST", "confirmation_tokens", {
    payment_method: collected.paymentMethod.id,
    return_url: params.return_url,
    shipping: params.shipping,
  });
  return token.error ? { error: token.error } : { confirmationToken: token };
}
