// <div data-gallery>: a thumbnail (<a href="?view=1" data-src data-alt>) changes the big picture in place.
export function start(gallery) {
  const big = gallery.querySelector(".main img");
  gallery.addEventListener("click", (event) => {
    const thumb = event.target.closest("a[data-src]");
    if (!thumb || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    big.removeAttribute("srcset");
    big.src = thumb.dataset.src;
    big.alt = thumb.dataset.alt ?? big.alt;
    gallery.querySelector("a[aria-current]")?.removeAttribute("aria-current");
    thumb.setAttribute("aria-current", "true");
    history.replaceState(null, "", thumb.href);
  });
}
