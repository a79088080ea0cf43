// <form data-payment>: Stripe's card fields. Card data goes from its frame to Stripe, never to us.
const form = document.querySelector("[data-payment]");
const problem = form.querySelector("[data-problem]");
const button = form.querySelector("button");
const label = button.textContent;
form.hidden = false;

if (window.Stripe) start();
else say("The card form could not be loaded. Reload the page, or pay on Stripe’s page.");

function start() {
  const { publishableKey, clientSecret } = form.dataset;
  const returnUrl = new URL(form.dataset.returnUrl, location.href).href;
  const stripe = window.Stripe(publishableKey);
  const elements = stripe.elements({ clientSecret, appearance: appearance() });
  const fields = elements.create("payment");
  fields.on("ready", () => (button.disabled = false));
  fields.on("loaderror", () => say("The card form could not be loaded. Reload the page, or pay on Stripe’s page."));
  fields.mount("#card-fields");

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (button.disabled) return;
    setBusy(true);
    const answer = await confirm(stripe, elements, returnUrl);
    const intent = answer.paymentIntent ?? decidedElsewhere(answer.error);
    if (intent) {
      location.assign(`${returnUrl}?payment_intent=${encodeURIComponent(intent.id)}`);
    } else {
      say(wordsFor(answer.error));
      setBusy(false);
    }
  });
}

async function confirm(stripe, elements, return_url) {
  try {
    return await stripe.confirmPayment({ elements, confirmParams: { return_url }, redirect: "if_required" });
  } catch {
    return { error: { type: "api_connection_error" } };
  }
}

// Such as in another tab: the shop knows where that led.
function decidedElsewhere({ code, payment_intent }) {
  return code === "payment_intent_unexpected_state" ? payment_intent : null;
}

function wordsFor(error) {
  if (error.type === "validation_error") return error.message;
  if (error.code === "payment_intent_authentication_failure") {
    return "Your bank could not confirm that it was you. Nothing was charged. Try again, or pay another way.";
  }
  if (error.type === "card_error") return `${error.message} Nothing was charged. Try another card or another way to pay.`;
  return "We could not reach Stripe. Nothing was lost; please try again.";
}

function say(text) {
  problem.className = text ? "notice bad" : "";
  problem.textContent = text;
}

function setBusy(busy) {
  if (busy) say("");
  button.disabled = busy;
  button.setAttribute("aria-busy", String(busy));
  button.textContent = busy ? button.dataset.busyLabel : label;
}

// Stripe's frame cannot see our style sheets.
function appearance() {
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  return { theme: dark ? "night" : "stripe", variables: { fontFamily: "system-ui, sans-serif", borderRadius: "10px" } };
}
