"""When jobs are due, by a table."""

from datetime import datetime, time

import pytest

from deploy.jobs.schedule import Daily, Every, When, due
from federation.days import TOKYO


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=TOKYO)


NIGHTLY = Daily(time(0, 5))
EACH = Daily(time(0, 5), each_day=True)
HOURLY = Every(60)


@pytest.mark.parametrize(
    ("when", "now", "done_up_to", "slots"),
    [
        (NIGHTLY, "06-03T00:04", None, ["06-02T00:05"]),
        (NIGHTLY, "06-03T00:05", None, ["06-03T00:05"]),
        (NIGHTLY, "06-03T12:00", "06-03T00:05", []),
        (NIGHTLY, "06-04T00:04", "06-03T00:05", []),
        (NIGHTLY, "06-04T00:05", "06-03T00:05", ["06-04T00:05"]),
        (NIGHTLY, "06-06T12:00", "06-03T00:05", ["06-06T00:05"]),
        (EACH, "06-06T12:00", "06-03T00:05", ["06-04T00:05", "06-05T00:05", "06-06T00:05"]),
        (EACH, "06-06T12:00", None, ["06-06T00:05"]),
        (NIGHTLY, "06-02T12:00", "06-03T00:05", []),  # a clock that was turned back
        (HOURLY, "06-03T12:59", "06-03T12:00", []),
        (HOURLY, "06-03T13:00", "06-03T12:00", ["06-03T13:00"]),
        (HOURLY, "06-04T00:10", "06-03T12:00", ["06-04T00:00"]),
    ],
)
def test_a_job_is_due_when_its_time_has_come(
    when: When, now: str, done_up_to: str | None, slots: list[str]
) -> None:
    found = due(when, at(now), at(done_up_to) if done_up_to else None)
    assert found == [at(slot) for slot in slots]


def test_a_hub_that_stood_still_for_a_year_makes_up_for_forty_days() -> None:
    found = due(EACH, at("12-31T12:00"), at("01-01T00:05"))
    assert len(found) == 40
    assert found[-1] == at("12-31T00:05")


@pytest.mark.parametrize(
    ("when", "ja", "en"),
    [
        (Daily(time(3, 0)), "毎日 3:00", "daily 3:00 JST"),
        (Daily(time(22, 5)), "毎日 22:05", "daily 22:05 JST"),
        (Every(1), "1分ごと", "every minute"),
        (Every(10), "10分ごと", "every 10 minutes"),
        (Every(60), "1時間ごと", "every hour"),
        (Every(120), "2時間ごと", "every 2 hours"),
    ],
)
def test_how_often_is_said_in_words_that_people_use(when: When, ja: str, en: str) -> None:
    assert (when.ja, when.en) == (ja, en)
