class PaymentElement {
  #handlers = new Map();
  #frame = null;

  constructor(elements, options) {
    this.elements = elements;
    this.options = options;
  }

  mount(place) {
    const parent = typeof place === "string" ? document.querySelector(place) : place;
    require_(parent, `The selector you specified (${place}) applies to no DOM elements that are currently on the page.`);
    this.#open(parent);
    return this;
  }

  async #open(parent) {
    const { methods, error } = await this.elements.methods();
    if (error) {
      this.#tell("loaderror", { error });
      return;
    }
    this.#frame = new PaymentFrame(parent, methods, (name, detail) => this.#tell(name, detail));
    await this.#frame.ask("start", { key: this.elements.key, appearance: this.elements.options.appearance });
    this.#tell("ready", {});
  }

  on(name, handler) {
    this.#handlers.set(name, [...(this.#handlers.get(name) || []), handler]);
    return this;
  }

  once(name, handler) {
    const wrapped = (event) => {
      this.off(name, wrapped);
      handler(event);
    };
    return this.on(name, wrapped);
  }

  off(name, handler) {
    const kept = handler ? (this.#handlers.get(name) || []).filter((other) => other !== handler) : [];
    this.#handlers.set(name, kept);
    return this;
  }

  #tell(name, detail) {
    for (const handler of this.#handlers.get(name) || []) handler({ elementType: "payment", ...detail });
  }

  ask(action, options) {
    require_(this.#frame, "The Payment Element is not mounted, or not ready yet.");
    return this.#frame.ask(action, options);
  }

  update(options) { this.options = { ...this.options, ...options }; }
  focus() { this.ask("focus"); }
  blur() { document.activeElement?.blur(); }
  clear() { this.ask("clear"); }
  collapse() {}

  unmount() {
    this.#frame?.remove();
    this.#frame = null;
  }

  destroy() {
    this.unmount();
    this.elements.payment = null;
  }
}

const DELAYED = { eur: "sepa_debit", usd: "us_bank_account" };

class Elements {
  payment = null;

  constructor(key, options) {
    require_(!options.paymentMethodTypes, "elements(): `paymentMethodTypes` is gone; use `allowedPaymentMethodTypes`.");
    require_(options.clientSecret || options.mode, "elements() needs `clientSecret`, or `mode` with `amount` and `currency`.");
    require_(!options.clientSecret || !options.mode, "elements() takes `clientSecret` or `mode`, not both.");
    if (options.mode === "payment") {
      require_(Number.isInteger(options.amount) && options.currency, "mode 'payment' needs `amount` and `currency`.");
    }
    this.key = key;
    this.options = options;
  }

  async methods() {
    const { clientSecret, currency, allowedPaymentMethodTypes } = this.options;
    if (clientSecret) {
      const intent = await retrieveIntent(this.key, clientSecret);
      return intent.error ? intent : { methods: intent.payment_method_types };
    }
    const all = ["card", DELAYED[currency]].filter(Boolean);
    return { methods: all.filter((name) => !allowedPaymentMethodTypes || allowedPaymentMethodTypes.includes(name)) };
  }

  create(type, options = {}) {
    require_(type === "payment", `This stand-in has the 'payment' element only, not '${type}'.`);
    require_(!this.payment, "Can only create one Element of type payment.");
    this.payment = new PaymentElement(this, options);
    return this.payment;
  }

  getElement(type) { return type === "payment" ? this.payment : null; }

  async update(options) {
    this.options = { ...this.options, ...options };
    if (options.appearance) await this.payment?.ask("update", { appearance: options.appearance });
  }

  async fetchUpdates() { return {}; }

  /** Checks what was typed: `{error}` or `{selectedPaymentMethod}`. */
  submit() {
    require_(this.payment, "elements.submit() needs a mounted Payment Element.");
    return this.payment.ask("validate");
  }
}
