UPDATE federation.doors SET moved = moved + 1
