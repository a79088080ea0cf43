// Inside the frame: the only script that sees card data. It talks to the page that embeds it, and
// to no other, by messages; what it hands out is the id of a payment method.
import { CHECKS, expiry, formatExpiry, formatNumber } from "./card_fields.js";

const parentOrigin = new URLSearchParams(location.search).get("parent");
const form = document.getElementById("payment");
const input = (name) => form.elements.namedItem(name);
const method = () => new FormData(form).get("method") || "card";
let key = "";

function tell(message) {
  parent.postMessage({ frame: "payment", ...message }, parentOrigin);
}

function showError(name, message) {
  const field = input(name);
  field.parentElement.querySelector(".error")?.remove();
  field.removeAttribute("aria-invalid");
  field.removeAttribute("aria-describedby");
  if (message) {
    const line = document.createElement("p");
    Object.assign(line, { className: "error", id: `${name}-error`, textContent: message });
    line.setAttribute("role", "alert");
    field.setAttribute("aria-invalid", "true");
    field.setAttribute("aria-describedby", line.id);
    field.parentElement.append(line);
  }
}

function validate() {
  let first = null;
  for (const [name, check] of Object.entries(CHECKS[method()])) {
    const problem = check(input(name).value);
    showError(name, problem?.[1]);
    if (problem && !first) {
      first = { type: "validation_error", code: problem[0], message: problem[1] };
      input(name).focus();
    }
  }
  return first ? { error: first } : { selectedPaymentMethod: method() };
}

function methodParams(billingDetails) {
  const type = method();
  const postalCode = input("postal_code").value;
  const billing = { ...billingDetails };
  if (postalCode) billing.address = { postal_code: postalCode, ...billing.address };
  const params = { type, billing_details: billing };
  if (type === "card") {
    const { month, year } = expiry(input("expiry").value);
    params.card = { number: input("number").value, cvc: input("cvc").value, exp_month: month, exp_year: year };
  } else {
    params[type] = type === "sepa_debit" ? { iban: input("iban").value } : { account_number: input("account_number").value };
  }
  return params;
}

function encode(params, prefix = "") {
  return Object.entries(params).flatMap(([name, value]) => {
    const path = prefix ? `${prefix}[${name}]` : name;
    if (value === undefined || value === null) return [];
    return typeof value === "object" ? encode(value, path) : [[path, String(value)]];
  });
}

async function createPaymentMethod({ billingDetails }) {
  const validation = validate();
  if (validation.error) return validation;
  const answer = await fetch("/v1/payment_methods", {
    method: "POST",
    headers: { Authorization: `Bearer ${key}` },
    body: new URLSearchParams(encode(methodParams(billingDetails))),
  });
  const body = await answer.json();
  if (body.error) showRefusal(body);
  return answer.ok ? { paymentMethod: { id: body.id, type: body.type } } : body;
}

const FIELD_OF = {
  expired_card: "expiry",
  incorrect_cvc: "cvc",
  invalid_expiry_month: "expiry",
  invalid_expiry_year: "expiry",
};

function showRefusal({ error }) {
  if (method() === "card" && error.type === "card_error") {
    showError(FIELD_OF[error.code] || "number", error.message);
  }
  return {};
}

function applyAppearance({ theme, variables = {} } = {}) {
  const night = { colorBackground: "#30313d", colorText: "#f4f5f7", colorDanger: "#fe87a1" };
  const chosen = { ...(theme === "night" ? night : {}), ...variables };
  const names = {
    colorPrimary: "--accent", colorText: "--ink", colorDanger: "--bad",
    colorBackground: "--paper", borderRadius: "--radius",
  };
  for (const [name, property] of Object.entries(names)) {
    if (chosen[name]) document.documentElement.style.setProperty(property, chosen[name]);
  }
  if (chosen.fontFamily) document.documentElement.style.fontFamily = chosen.fontFamily;
  return {};
}

const ACTIONS = {
  start(options) {
    key = options.key;
    return applyAppearance(options.appearance);
  },
  update: ({ appearance }) => applyAppearance(appearance),
  validate,
  createPaymentMethod,
  showRefusal,
  focus() {
    input(Object.keys(CHECKS[method()])[0]).focus();
    return {};
  },
  clear() {
    form.reset();
    return {};
  },
};

addEventListener("message", async ({ source, origin, data }) => {
  if (source !== parent || origin !== parentOrigin || !ACTIONS[data?.action]) return;
  const result = await ACTIONS[data.action](data.options || {});
  tell({ reply: data.id, result });
});

function tellChange() {
  const fields = Object.entries(CHECKS[method()]);
  tell({
    event: "change",
    detail: {
      complete: fields.every(([name, check]) => !check(input(name).value)),
      empty: fields.every(([name]) => !input(name).value),
      value: { type: method() },
    },
  });
}

const FORMATS = { number: formatNumber, expiry: formatExpiry };

form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("input", ({ target, inputType }) => {
  const format = FORMATS[target.name];
  const atEnd = target.selectionStart === target.value.length;
  // formatting while somebody deletes would put back what they took away
  if (format && atEnd && !inputType?.startsWith("delete")) target.value = format(target.value);
  if (target.getAttribute("aria-invalid")) showError(target.name);
  tellChange();
});
form.addEventListener("focusin", () => tell({ event: "focus", detail: {} }));
form.addEventListener("focusout", () => tell({ event: "blur", detail: {} }));
new ResizeObserver(() => tell({ event: "resize", detail: { height: document.body.scrollHeight + 4 } })).observe(form);
tell({ event: "loaded", detail: {} });
