INSERT INTO tenants.ranks (rank, place, name, name_en)
VALUES (%(rank)s::text, %(place)s::smallint, %(name)s::text, %(name_en)s::text)
