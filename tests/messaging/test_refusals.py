from airflow_provider_clicksend.messaging.refusals import hint_for


def refused(*statuses):
    return [{"status": status} for status in statuses]


def test_each_reason_is_explained_once():
    hint = hint_for(refused(*["INSUFFICIENT_CREDIT"] * 1000, "COUNTRY_NOT_ENABLED", "INSUFFICIENT_CREDIT"))
    assert hint.count("top it up") == 1
    assert hint.count("Enable the country") == 1


def test_a_sender_that_is_not_registered_is_explained():
    assert "registered" in hint_for(refused("REGISTRATION_NEEDED"))


def test_what_nobody_knows_has_no_hint():
    assert hint_for(refused("SOMETHING_NEW")) == ""
    assert hint_for([]) == ""
