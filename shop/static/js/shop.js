// Loads a module only where the page has its hook. Every page works before that, and without it.
const hooks = {
  "[data-suggest]": "./suggest.js",
  "[data-autosave]": "./cart.js",
  "[data-validate], [data-errors]": "./form.js",
  "[data-copy]": "./copy.js",
  "[data-gallery]": "./gallery.js",
};

for (const [selector, module] of Object.entries(hooks)) {
  const found = document.querySelectorAll(selector);
  if (found.length) import(module).then(({ start }) => found.forEach(start));
}
