// <form data-suggest="/search/suggestions">: the search box as a combobox. The server answers with
// <a role="option" href> elements; the arrows walk them, Enter opens one, Escape closes.
const WAIT = 150;

export function start(form) {
  const input = form.querySelector("input[type=search]");
  const list = Object.assign(document.createElement("div"), { id: "suggestions", className: "suggest", hidden: true });
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Suggestions");
  form.append(list);
  for (const [name, value] of Object.entries({
    role: "combobox",
    "aria-autocomplete": "list",
    "aria-controls": list.id,
    "aria-expanded": "false",
  })) input.setAttribute(name, value);

  let timer, asking;

  const options = () => [...list.querySelectorAll("[role=option]")];

  const open = (wanted) => {
    list.hidden = !wanted;
    input.setAttribute("aria-expanded", String(wanted));
    if (!wanted) choose(null);
  };

  const choose = (option) => {
    options().forEach((other) => other.setAttribute("aria-selected", String(other === option)));
    if (option) input.setAttribute("aria-activedescendant", option.id);
    else input.removeAttribute("aria-activedescendant");
    option?.scrollIntoView({ block: "nearest" });
  };

  const chosen = () => options().findIndex((option) => option.id === input.getAttribute("aria-activedescendant"));

  const walk = (step) => {
    const all = options();
    const next = chosen() + step;
    // one place before the first is the input itself
    choose(next < -1 ? all.at(-1) : (all[next] ?? null));
  };

  const ask = async () => {
    asking?.abort();
    asking = new AbortController();
    const query = input.value.trim();
    if (query.length < 2) return open(false);
    try {
      const answer = await fetch(`${form.dataset.suggest}?q=${encodeURIComponent(query)}`, { signal: asking.signal });
      list.innerHTML = answer.ok ? await answer.text() : "";
    } catch {
      return; // a newer question is on its way, or the network is gone: the form still works
    }
    options().forEach((option, n) => Object.assign(option, { id: `suggestion-${n}`, tabIndex: -1 }));
    open(options().length > 0 && document.activeElement === input);
  };

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, WAIT);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" && list.hidden) ask();
    else if (list.hidden) return;
    else if (event.key === "ArrowDown") walk(1);
    else if (event.key === "ArrowUp") walk(-1);
    else if (event.key === "Escape") open(false);
    else if (event.key === "Enter" && chosen() >= 0) location.assign(options()[chosen()].href);
    else return;
    event.preventDefault();
  });
  list.addEventListener("pointerdown", (event) => event.preventDefault()); // keep the focus in the input
  input.addEventListener("blur", () => open(false));
}
