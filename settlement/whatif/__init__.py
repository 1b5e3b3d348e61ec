"""試算: any period under another scheme, replayed from what was booked; nothing is written."""
