// What a card field may hold, in the words that Stripe uses.

const digits = (text) => text.replace(/\D/g, "");

export function formatNumber(text) {
  const number = digits(text).slice(0, 19);
  const groups = /^3[47]/.test(number) ? /^(\d{1,4})(\d{1,6})?(\d{1,5})?/ : null;
  const parts = groups ? (number.match(groups) || []).slice(1) : number.match(/\d{1,4}/g) || [];
  return parts.filter(Boolean).join(" ");
}

export function formatExpiry(text) {
  let date = digits(text).slice(0, 4);
  if (/^[2-9]/.test(date)) date = `0${date}`.slice(0, 4);
  return date.length > 2 ? `${date.slice(0, 2)} / ${date.slice(2)}` : date;
}

function passesLuhn(number) {
  return [...number].reverse().reduce((sum, digit, index) => {
    const value = Number(digit) * (1 + (index % 2));
    return sum + (value > 9 ? value - 9 : value);
  }, 0) % 10 === 0;
}

export function expiry(text) {
  const found = text.match(/^\s*(\d{1,2})\s*\/?\s*(\d{2}|\d{4})\s*$/);
  return found ? { month: Number(found[1]), year: 2000 + (Number(found[2]) % 100) } : null;
}

function checkNumber(text) {
  const number = digits(text);
  if (number.length < 13) return ["incomplete_number", "Your card number is incomplete."];
  return passesLuhn(number) ? null : ["invalid_number", "Your card number is invalid."];
}

function checkExpiry(text) {
  const date = expiry(text);
  if (!date) return ["incomplete_expiry", "Your card's expiration date is incomplete."];
  if (date.month < 1 || date.month > 12) {
    return ["invalid_expiry_month", "Your card's expiration month is invalid."];
  }
  const end = new Date(date.year, date.month, 1);
  return end > new Date() ? null : ["invalid_expiry_year_past", "Your card's expiration year is in the past."];
}

function checkCvc(text) {
  return digits(text).length >= 3 ? null : ["incomplete_cvc", "Your card's security code is incomplete."];
}

function checkAccount(text) {
  return text.trim().length >= 8 ? null : ["incomplete_iban", "Your account number is incomplete."];
}

export const CHECKS = {
  card: { number: checkNumber, expiry: checkExpiry, cvc: checkCvc },
  sepa_debit: { iban: checkAccount },
  us_bank_account: { account_number: checkAccount },
};
