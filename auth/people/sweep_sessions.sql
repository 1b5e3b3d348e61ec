DELETE FROM auth.sessions
WHERE began_at <= %(longest)s::timestamptz OR seen_at <= %(idle)s::timestamptz
