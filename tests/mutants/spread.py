"""Bugs past one machine, and of what stands before every request."""

from tests.mutants.bug import Bug

CITUS = "tests/deploy/test_citus.py"
PLANS = f"{CITUS}::test_the_plans_of_a_close_come_to_what_the_close_comes_to"
BROKEN = f"{CITUS}::test_a_schema_that_breaks_a_rule_is_named"
FUZZ = "tests/fuzz/test_fuzz.py::test_whatever_is_sent_nobody_stumbles_and_the_books_are_whole"
WORD = "tests/fuzz/test_schemathesis.py::test_the_document_is_kept_to_the_letter_whoever_asks"
SPREADING = (
    Bug(
        "a route forgets its lock",
        "deploy/eyes.py",
        'requires="ops:read"',
        'requires="anyone"',
        WORD,
    ),
    Bug(
        "what is not there is gone, with a status that no document has",
        "federation/refusals.py",
        'for this caller."""\n\n    status = 404\n',
        'for this caller."""\n\n    status = 410\n',
        WORD,
    ),
    Bug(
        "a page says that it is something else",
        "deploy/pages.py",
        "Response(html.encode(), media_type=MediaType.HTML, headers=HEADERS)",
        "Response(html.encode(), media_type=MediaType.TEXT, headers=HEADERS)",
        WORD,
    ),
    Bug(
        "nobody lines up on the coordinator",
        "deploy/citus/functions.sql",
        "count(pg_advisory_xact_lock(28005, ordered.place))",
        "count(ordered.place)",
        f"{CITUS}::test_two_desks_take_turns_by_the_coordinator_s_lock_alone",
    ),
    Bug(
        "an entry counts once for each of its parts, on many machines",
        "deploy/citus/count.sql",
        "    GROUP BY 1, 2, 3, 4, 5\n",
        "",
        PLANS,
    ),
    Bug(
        "a slice on many machines begins a number late",
        "deploy/citus/slice.sql",
        "number > %(after)s::bigint",
        "number > %(after)s::bigint + 1",
        PLANS,
    ),
    Bug(
        "a key may be unique on one machine alone",
        "deploy/citus/rules.py",
        "place.key not in key.columns",
        "not key.columns",
        BROKEN,
    ),
    Bug(
        "a copied table may have a trigger",
        "deploy/citus/rules.py",
        "if place != COORDINATOR:",
        "if isinstance(place, Beside):",
        BROKEN,
    ),
    Bug(
        "what the framework refuses is nobody's problem",
        "deploy/console.py",
        "    HTTPException: misled,\n",
        "",
        FUZZ,
    ),
)
