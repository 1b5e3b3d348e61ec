SELECT party_id FROM settlement.statements WHERE cycle_id = %(cycle_id)s::integer
