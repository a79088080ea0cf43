// <button data-copy="id-of-text" hidden><span data-word>Copy</span></button>
const said = document.createElement("p");
said.className = "vh";
said.setAttribute("role", "status");
document.body.append(said);

export function start(button) {
  const word = button.querySelector("[data-word]") ?? button;
  const before = word.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const done = await copy(document.getElementById(button.dataset.copy));
    word.textContent = said.textContent = done ? "Copied" : "Press Ctrl+C";
    setTimeout(() => {
      word.textContent = before;
      said.textContent = "";
    }, 1600);
  });
}

async function copy(source) {
  try {
    await navigator.clipboard.writeText(source.textContent.trim());
    return true;
  } catch {
    getSelection().selectAllChildren(source); // no clipboard without https: leave it selected
    return false;
  }
}
