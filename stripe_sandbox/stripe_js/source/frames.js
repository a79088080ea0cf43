// Frames of the sandbox's own origin inside the shop's page. Styles are set one by one, which a
// strict Content-Security-Policy allows; style attributes and elements it does not.

class PaymentFrame {
  #waiting = new Map();
  #count = 0;
  #loaded;

  constructor(parent, methods, onEvent) {
    const query = new URLSearchParams({ parent: location.origin, methods: methods.join(",") });
    this.iframe = document.createElement("iframe");
    Object.assign(this.iframe, {
      src: `${SANDBOX}/elements/payment?${query}`,
      title: "Secure payment input frame",
      name: "stripe-payment-frame",
      allow: "payment *",
    });
    Object.assign(this.iframe.style, { border: "0", width: "100%", height: "19rem", display: "block" });
    this.loaded = new Promise((resolve) => { this.#loaded = resolve; });
    this.onEvent = onEvent;
    addEventListener("message", this.#hear);
    parent.replaceChildren(this.iframe);
  }

  #hear = ({ source, origin, data }) => {
    if (origin !== SANDBOX || source !== this.iframe.contentWindow || data?.frame !== "payment") return;
    if (data.reply) {
      this.#waiting.get(data.reply)?.(data.result);
      this.#waiting.delete(data.reply);
    } else if (data.event === "loaded") {
      this.#loaded();
    } else if (data.event === "resize") {
      this.iframe.style.height = `${data.detail.height}px`;
    } else {
      this.onEvent(data.event, data.detail);
    }
  };

  async ask(action, options = {}) {
    await this.loaded;
    const id = (this.#count += 1);
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      this.iframe.contentWindow.postMessage({ id, action, options }, SANDBOX);
    });
  }

  remove() {
    removeEventListener("message", this.#hear);
    this.iframe.remove();
  }
}

/** The bank's page laid over this one; resolves when the buyer has answered. */
function challenge(url) {
  const iframe = document.createElement("iframe");
  const src = `${SANDBOX}${new URL(url).pathname}?framed=1`;
  Object.assign(iframe, { src, title: "Bank authentication", name: "stripe-challenge-frame" });
  Object.assign(iframe.style, {
    position: "fixed", inset: "0", width: "100%", height: "100%", border: "0", zIndex: "2147483647",
  });
  document.body.append(iframe);
  return new Promise((resolve) => {
    function hear({ source, origin, data }) {
      if (origin !== SANDBOX || source !== iframe.contentWindow || data?.sandbox !== "challenge-done") return;
      removeEventListener("message", hear);
      iframe.remove();
      resolve();
    }
    addEventListener("message", hear);
  });
}
