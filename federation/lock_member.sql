-- The lock of one member, and whether it is one of us.
SELECT state FROM federation.wallets WHERE member_id = %(member_id)s::bigint FOR UPDATE
