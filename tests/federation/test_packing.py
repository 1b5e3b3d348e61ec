"""Answers are packed, and come back byte for byte, for ever."""

import base64
import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation import packing

WORDS = Path(packing.__file__).with_name("packing_1.dict")
RECEIPT = (
    '{"entry":"ku4h2zvodxhhoaeib6hqgu2wmm","slip":"T01-20260602-0001","balance":{"points":100,'
    '"held":0,"owed":0,"next_to_expire":{"points":100,"on":"2028-03-31"}},"print":['
    '"会員番号        ************7549","今回付与                    100P",'
    '"残高                        100P","失効予定         2028/03/31 100P","取引番号",'
    '"      ku4h2zvodxhhoaeib6hqgu2wmm"],"points":100,"grants":[{"rule":"base","points":100,'
    '"expires_on":"2028-03-31","funders":[{"party":"A","points":100}]}],"yen_to_next_point":110}'
).encode()


@given(st.binary(max_size=2_000) | st.text(max_size=500).map(str.encode))
def test_whatever_is_packed_comes_back(body: bytes) -> None:
    assert packing.unpack(packing.pack(body)) == body


def test_a_receipt_takes_a_fifth_of_its_room() -> None:
    assert len(packing.pack(RECEIPT)) * 4 < len(RECEIPT)


def test_the_words_never_change() -> None:
    digest = hashlib.sha256(WORDS.read_bytes()).hexdigest()
    assert digest == "813d79970f8e72579452209f01a90651397ab1c044c77910bb955681697df3d8"


def test_words_of_another_version_are_named() -> None:
    with pytest.raises(ValueError, match="words"):
        packing.unpack(b"\x02" + packing.pack(RECEIPT)[1:])


def test_an_answer_is_read_whichever_way_it_is_kept() -> None:
    assert packing.told(RECEIPT.decode(), None) == packing.told(None, packing.pack(RECEIPT))


def test_what_was_packed_once_is_read_for_ever() -> None:
    kept = (
        "AWACAf0CAEMDCRj3nnNpOOece/ShdM8519rFKKo0Bpk40T64To5juRPl0s5jkhf8xaHXZ9SRW3EvTZIeahZpHaTUltsH"
        "uVAZ9ZXWvWh3S0Dmkx4wuGEKOXlTg8LOFK9ZqrdFrhcU"
    )
    assert packing.unpack(base64.b64decode(kept)) == RECEIPT
