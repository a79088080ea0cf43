from tests.flows.shopping import fill_cart, fill_steps, pay_on_stripes_page
from tests.flows.stage import Stage


def pay_and_leave(stage: Stage) -> None:
    _pay(stage)
    stage.curtain_up()
    stage.deliver()
    stage.work()
    stage.curtain_down()
    assert stage.mails() == 1


def deliver_again(stage: Stage) -> None:
    _pay(stage)
    stage.deliver()
    stage.work()
    [event] = stage.sandbox.events("payment_intent.succeeded")
    stage.curtain_up()
    stage.sandbox.replay(event["id"])
    stage.deliver()
    stage.work()
    stage.curtain_down()
    assert stage.mails() == 1


def lose_the_nudges(stage: Stage) -> None:
    _pay(stage)
    stage.curtain_up()
    stage.deliver()
    assert stage.forget_nudges() == 2
    stage.sweep()
    stage.curtain_down()
    assert stage.mails() == 1


def _pay(stage: Stage) -> None:
    fill_cart(stage.browser)
    fill_steps(stage.browser)
    pay_on_stripes_page(stage.browser)
