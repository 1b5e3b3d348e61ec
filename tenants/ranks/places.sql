SELECT rank, place, name, name_en FROM tenants.ranks ORDER BY place
