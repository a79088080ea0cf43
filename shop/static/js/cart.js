// <form data-autosave>: a changed quantity is sent at once, so the Update button may go. The server
// says beside the field what is wrong with it.
export function start(form) {
  const button = form.querySelector("[data-autosave-button]");
  if (button) button.hidden = true;
  form.addEventListener("change", () => {
    form.setAttribute("aria-busy", "true");
    form.requestSubmit(button ?? undefined);
  });
}
