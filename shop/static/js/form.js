// <form data-validate>: says on leaving a field what the server would say, in the server's words.
const words = {
  valueMissing: ["inputrequired", "datarequired"],
  typeMismatch: ["email", "url"],
  patternMismatch: ["regexp"],
  tooShort: ["length"],
  tooLong: ["length"],
  rangeUnderflow: ["numberrange"],
  rangeOverflow: ["numberrange"],
};

export function start(place) {
  if ("errors" in place.dataset) place.focus();
  if (!("validate" in place.dataset)) return;
  place.addEventListener("focusout", ({ target }) => target.value && check(target));
  place.addEventListener("input", ({ target }) => target.ariaInvalid === "true" && show(target, ""));
  place.addEventListener("submit", (event) => {
    const wrong = [...place.elements].filter((control) => !check(control));
    if (wrong.length) {
      event.preventDefault();
      wrong[0].focus();
    } else {
      event.submitter?.setAttribute("aria-busy", "true");
    }
  });
  // Back must not bring a page whose button still looks busy.
  addEventListener("pageshow", () => place.querySelector("[aria-busy]")?.removeAttribute("aria-busy"));
}

function check(control) {
  if (!control.willValidate || !control.closest(".field")) return true;
  const message = messageOf(control);
  show(control, message);
  return !message;
}

function messageOf(control) {
  for (const [kind, names] of Object.entries(words)) {
    if (control.validity[kind]) return names.map((name) => control.dataset[name]).find(Boolean) ?? control.validationMessage;
  }
  return control.validationMessage;
}

function show(control, message) {
  const id = `${control.id}-error`;
  const described = new Set((control.getAttribute("aria-describedby") ?? "").split(" ").filter(Boolean));
  document.getElementById(id)?.remove();
  described.delete(id);
  if (message) {
    const note = Object.assign(document.createElement("p"), { id, className: "err", textContent: message });
    note.prepend(warning());
    control.closest(".field").append(note);
    described.add(id);
  }
  control.setAttribute("aria-invalid", String(Boolean(message)));
  if (described.size) control.setAttribute("aria-describedby", [...described].join(" "));
  else control.removeAttribute("aria-describedby");
}

// Any icon of the page knows where the icons are.
function warning() {
  const icon = document.querySelector("svg.icon").cloneNode(true);
  const use = icon.querySelector("use");
  use.setAttribute("href", use.getAttribute("href").replace(/#.*/, "#warning"));
  return icon;
}
