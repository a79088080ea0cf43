"""A page of a shop, under the strictest policy that Stripe.js has to live with."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

PAGE = """<!doctype html><title>Shop</title>
<script src="{sandbox}/endive/stripe.js"></script>
<script src="/shop.js" defer></script>
<form id="pay"><div id="payment"></div><button>Pay</button><p id="result"></p></form>"""

SCRIPT = """
const options = new URLSearchParams(location.search);
const stripe = Stripe("pk_test_suite");
const clientSecret = options.get("secret");
const deferred = { mode: "payment", amount: 1200, currency: "eur" };
const elements = stripe.elements(options.get("deferred") ? deferred : { clientSecret });
const payment = elements.create("payment");
const returnUrl = `${location.origin}/return?order=1`;
const result = document.getElementById("result");
payment.on("ready", () => { result.textContent = "ready"; });
payment.on("change", ({ complete }) => { document.title = complete ? "complete" : "incomplete"; });
payment.mount("#payment");
document.getElementById("pay").addEventListener("submit", async (event) => {
  event.preventDefault();
  const checked = await elements.submit();
  if (checked.error) { result.textContent = checked.error.code; return; }
  const answer = options.get("deferred")
    ? await stripe.createConfirmationToken({ elements, params: { return_url: location.origin } })
    : await stripe[clientSecret.startsWith("seti_") ? "confirmSetup" : "confirmPayment"]({
        elements,
        clientSecret,
        confirmParams: options.get("stay") ? {} : { return_url: returnUrl },
        redirect: options.get("redirect") || "always",
      });
  result.textContent = answer.error?.decline_code || answer.error?.code
    || answer.confirmationToken?.id || (answer.paymentIntent || answer.setupIntent).status;
});
"""


class ShopPage:
    def __init__(self, sandbox_url: str) -> None:
        self.sandbox_url = sandbox_url
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        sandbox = self.sandbox_url

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                is_script = self.path.startswith("/shop.js")
                body = SCRIPT if is_script else PAGE.format(sandbox=sandbox)
                if self.path.startswith("/return"):
                    body = "<!doctype html><title>Thanks</title>"
                self.send_response(200)
                self.send_header("Content-Type", "text/javascript" if is_script else "text/html")
                self.send_header(
                    "Content-Security-Policy",
                    f"default-src 'none'; script-src 'self' {sandbox}; frame-src {sandbox}; "
                    f"connect-src 'self' {sandbox}; style-src 'self'; form-action 'self'",
                )
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, *_: object) -> None:
                """Quiet."""

        return Handler
