-- One piece of a sealed file.
SELECT body FROM settlement.pieces
WHERE cycle_id = %(cycle_id)s::integer AND piece = %(piece)s::integer
