from airflow_provider_clicksend.messaging.reference import (
    MAX_REFERENCE,
    batch_reference,
    belongs_to,
    message_reference,
    recipient_mark,
)

NUMBER = "+15551234567"
BATCH = batch_reference("dag", "manual__2026-11-24T00:00:00+00:00", "task", -1)


def test_a_reference_is_known_again_on_every_try_and_machine():
    assert batch_reference("dag", "run", "task", -1) == "af-692cc4a3eabcf258"
    assert message_reference("af-692cc4a3eabcf258", 0, NUMBER) == "af-692cc4a3eabcf258-0-9498fa10a4"


def test_everything_that_makes_a_task_instance_another_makes_another_reference():
    instances = [
        ("dag", "run", "task", -1),
        ("dag2", "run", "task", -1),
        ("dag", "run2", "task", -1),
        ("dag", "run", "task2", -1),
        ("dag", "run", "task", 0),
        ("dag", "run", "task", 1),
        ("da", "grun", "task", -1),
    ]
    references = [batch_reference(*instance) for instance in instances]
    references.append(batch_reference("dag", "run", "task", -1, generation=1))
    assert len(set(references)) == len(references)


def test_no_reference_is_too_long_for_clicksend():
    assert len(message_reference(BATCH, 10**12, NUMBER)) <= MAX_REFERENCE
    assert len(batch_reference("d" * 250, "r" * 250, "t" * 250, 10**9)) == 19


def test_two_equal_texts_to_one_number_have_two_references():
    assert message_reference(BATCH, 0, NUMBER) != message_reference(BATCH, 1, NUMBER)


def test_a_reference_tells_its_recipient_whatever_the_place():
    assert recipient_mark(message_reference(BATCH, 0, NUMBER)) == recipient_mark(message_reference(BATCH, 7, NUMBER))
    assert recipient_mark(message_reference(BATCH, 0, NUMBER)) != recipient_mark(message_reference(BATCH, 0, "+1"))


def test_a_message_belongs_to_its_batch_only():
    reference = message_reference(BATCH, 0, NUMBER)
    assert belongs_to(BATCH, reference)
    assert not belongs_to("af-0000000000000000", reference)
    assert not belongs_to(BATCH, None)
    assert not belongs_to(BATCH, BATCH)


def test_a_reference_shows_no_number():
    assert "5551234567" not in message_reference(BATCH, 0, NUMBER)
