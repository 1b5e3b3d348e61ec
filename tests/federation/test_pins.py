"""A PIN leaves a digest that says nothing without the instance's key."""

from federation.pins import Pins

CARD, OTHER = "6304123412341232", "6304123412341240"


def test_a_digest_belongs_to_one_pin_of_one_card_of_one_instance() -> None:
    ours, theirs = Pins("a secret"), Pins("another")
    digests = {
        ours.digest(CARD, "1234"),
        ours.digest(CARD, "1235"),
        ours.digest(OTHER, "1234"),
        theirs.digest(CARD, "1234"),
    }
    assert len(digests) == 4
    assert {len(one) for one in digests} == {32}
    assert ours.digest(CARD, "1234") == Pins("a secret").digest(CARD, "1234")


def test_a_pin_is_right_or_wrong() -> None:
    pins = Pins("a secret")
    kept = pins.digest(CARD, "0123")
    assert pins.right(CARD, "0123", kept)
    assert not pins.right(CARD, "123", kept)
    assert not pins.right(OTHER, "0123", kept)
