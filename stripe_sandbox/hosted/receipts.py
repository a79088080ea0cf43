"""The receipt of a charge."""

from flask import abort, make_response, render_template

from stripe_sandbox.hosted.pages import box, bp


@bp.get("/receipts/<id>")
def show_receipt(id: str) -> str:
    with box().store.transaction():
        charge = box().store.get(id)
        if charge is None or charge["object"] != "charge" or not charge["paid"]:
            abort(make_response(render_template("hosted/gone.html", session=None), 404))
        return render_template("hosted/receipt.html", charge=charge)
