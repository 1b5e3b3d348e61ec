-- Everything that became of a break, in order.
SELECT state, class, told, found, behind, author, reason, at
FROM settlement.break_states
WHERE break_id = %(break_id)s::text
ORDER BY number
