from tests.browser import Browser


def test_a_strangers_list_of_orders_leads_to_signing_in_and_back(client: Browser) -> None:
    answer = client.get("/account/orders")
    assert (answer.status_code, answer.location) == (303, "/sign-in?next=/account/orders")
