// <form data-autosave>: a changed quantity is sent at once, so the Update button may go.
export function start(form) {
  const button = form.querySelector("[data-autosave-button]");
  if (button) button.hidden = true;
  form.addEventListener("change", () => {
    if (!form.reportValidity()) return;
    form.setAttribute("aria-busy", "true");
    form.requestSubmit(button ?? undefined);
  });
}
