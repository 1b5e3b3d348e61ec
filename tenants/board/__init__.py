"""掲示板: what headquarters tells its shops, and what shops ask."""
