-- The cycle that a day is planned in.
SELECT first_on, last_on FROM federation.cycles WHERE %(on)s::date BETWEEN first_on AND last_on
