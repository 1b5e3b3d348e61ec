SELECT number FROM tenants.rank_mark FOR UPDATE
