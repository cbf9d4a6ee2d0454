from airflow_provider_clicksend.messaging.reference import (
    MAX_REFERENCE,
    batch_reference,
    belongs_to,
    message_reference,
    text_key,
    words_mark,
)

NUMBER = "+15551234567"
BATCH = batch_reference("dag", "manual__2026-11-24T00:00:00+00:00", "task", -1)
MESSAGE = {"to": NUMBER, "body": "hi"}


def reference(batch=BATCH, number=0, **changes):
    return message_reference(batch, words_mark({**MESSAGE, **changes}), number)


def test_a_reference_is_known_again_on_every_try_and_machine():
    assert batch_reference("dag", "run", "task", -1) == "af-2ef62016936ce6f3-x"
    assert reference("af-2ef62016936ce6f3-x") == "af-2ef62016936ce6f3-x-5450b888efe498b3-0"


def test_everything_that_makes_a_task_instance_another_makes_another_batch():
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
    longest = batch_reference("d" * 250, "r" * 250, "t" * 250, 36**5 - 1)
    assert len(reference(longest, number=10**7 - 1)) <= MAX_REFERENCE


def test_two_equal_texts_to_one_number_have_two_references():
    assert reference(number=0) != reference(number=1)


def test_the_same_words_to_the_same_person_are_the_same_text_at_any_map_index():
    elsewhere = batch_reference("dag", "manual__2026-11-24T00:00:00+00:00", "task", 7)
    assert reference() != reference(elsewhere)
    assert text_key(reference()) == text_key(reference(elsewhere))


def test_other_words_and_another_person_are_another_text():
    keys = {text_key(reference(**changes)) for changes in ({}, {"body": "ho"}, {"to": "+15551234568"})}
    assert len(keys) == 3


def test_another_picture_is_another_text():
    cat, dog = ({"subject": "s", "media_file": f"https://example.com/{name}.gif"} for name in ("cat", "dog"))
    assert text_key(reference(**cat)) != text_key(reference(**dog))


def test_a_reference_is_known_in_any_case_of_letters_and_nothing_else_is_one():
    assert text_key(reference().upper()) == text_key(reference())
    assert [text_key(text) for text in (None, "", "order-17", reference()[:30], f"x{reference()}")] == [None] * 5


def test_a_message_belongs_to_its_batch_only():
    assert belongs_to(BATCH, reference())
    assert not belongs_to("af-0000000000000000-x", reference())
    assert not belongs_to(BATCH, None)
    assert not belongs_to(BATCH, BATCH)


def test_a_reference_shows_no_number():
    assert "5551234567" not in reference()
