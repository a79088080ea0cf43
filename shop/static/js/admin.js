// Copy buttons, as in the shop.
const copies = document.querySelectorAll("[data-copy]");
if (copies.length) import("./copy.js").then(({ start }) => copies.forEach(start));

// Counts the chosen rows; the list works without it.
for (const form of document.querySelectorAll("[data-bulk]")) {
  const boxes = [...document.querySelectorAll(`input[form="${form.id}"]`)];
  const count = form.querySelector("[data-count]");
  const show = () => {
    const chosen = boxes.filter((box) => box.checked).length;
    count.textContent = chosen ? `${chosen} chosen:` : "Chosen rows:";
  };
  boxes.forEach((box) => box.addEventListener("change", show));
  addEventListener("pageshow", show);
}
