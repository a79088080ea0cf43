// <div data-country>: another country has other fields, so the form is drawn anew as soon as one is
// chosen. All that was typed travels along, as it does with the button.
for (const place of document.querySelectorAll("[data-country]")) {
  const button = place.querySelector("[data-country-button]");
  const list = place.querySelector("select");
  button.parentElement.hidden = true;
  list.addEventListener("change", () => {
    list.form.action = button.formAction;
    list.form.submit(); // not requestSubmit(): nothing is to be checked yet
  });
}
