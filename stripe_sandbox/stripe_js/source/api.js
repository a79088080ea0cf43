// The API as a browser may use it: publishable key, client secret, no card data.

const script = document.currentScript || document.querySelector('script[src*="/endive/stripe.js"]');
const SANDBOX = new URL(script.src).origin;

class IntegrationError extends Error {
  name = "IntegrationError";
}

function require_(condition, message) {
  if (!condition) throw new IntegrationError(message);
}

// What is different between payment and setup intents.
const KINDS = {
  pi: { path: "payment_intents", name: "payment_intent", key: "paymentIntent", error: "last_payment_error" },
  seti: { path: "setup_intents", name: "setup_intent", key: "setupIntent", error: "last_setup_error" },
};

function intentKind(clientSecret) {
  require_(
    /^(pi|seti)_\w+_secret_\w+$/.test(clientSecret || ""),
    "The client secret should have the form ${id}_secret_${secret}.",
  );
  return KINDS[clientSecret.split("_")[0]];
}

function intentPath(clientSecret) {
  return `${intentKind(clientSecret).path}/${clientSecret.split("_secret_")[0]}`;
}

async function call(key, method, path, params = {}) {
  const body = new URLSearchParams(encode(params));
  const query = method === "GET" ? `?${body}` : "";
  try {
    const answer = await fetch(`${SANDBOX}/v1/${path}${query}`, {
      method,
      headers: { Authorization: `Bearer ${key}` },
      body: method === "GET" ? undefined : body,
    });
    return await answer.json();
  } catch {
    return { error: { type: "api_connection_error", message: "We could not reach the payment service. Please try again." } };
  }
}

function encode(params, prefix = "") {
  return Object.entries(params).flatMap(([name, value]) => {
    const path = prefix ? `${prefix}[${name}]` : name;
    if (value === undefined || value === null) return [];
    return typeof value === "object" ? encode(value, path) : [[path, String(value)]];
  });
}

function retrieveIntent(key, clientSecret) {
  return call(key, "GET", intentPath(clientSecret), { client_secret: clientSecret });
}
