// <script src="…/static/stripe-checkout.js" defer></script>, with the address of the shop
// <button class="stripe-checkout-btn" data-price-id="12" data-quantity="1">Buy</button>
// On any site that the shop has on its list; leads to Stripe's page.
(() => {
  const shop = new URL(document.currentScript.src).origin;
  const UNREACHED = "The shop cannot be reached right now. Please try again.";
  const notes = new WeakMap();

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.(".stripe-checkout-btn[data-price-id]");
    if (!button) return;
    event.preventDefault();
    if (button.ariaBusy !== "true") buy(button);
  });

  // Back may bring the page as it was left: with a button that waits.
  addEventListener("pageshow", () => {
    document.querySelectorAll(".stripe-checkout-btn").forEach((button) => wait(button, false));
  });

  async function buy(button) {
    say(button, "");
    wait(button, true);
    try {
      location.assign(await open(button.dataset));
    } catch (problem) {
      wait(button, false);
      button.focus();
      say(button, problem.words ?? UNREACHED);
    }
  }

  // The address of Stripe's page.
  async function open({ priceId, quantity }) {
    const answer = await fetch(`${shop}/api/create-checkout-session`, {
      method: "POST",
      credentials: "omit",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({
        priceId: Number(priceId),
        quantity: Number(quantity || 1),
        cancelUrl: location.href.length > 2000 ? undefined : location.href,
      }),
    });
    const told = await answer.json();
    if (!answer.ok) throw { words: Object.values(told.errors ?? {})[0]?.[0] ?? told.detail };
    return told.url;
  }

  function wait(button, isBusy) {
    button.disabled = isBusy;
    button.ariaBusy = isBusy ? "true" : null;
  }

  function say(button, words) {
    let note = notes.get(button);
    if (!note?.isConnected) {
      note = document.createElement("p");
      note.className = "stripe-checkout-note";
      note.setAttribute("aria-live", "polite");
      button.after(note);
      notes.set(button, note);
    }
    note.textContent = words;
  }
})();
