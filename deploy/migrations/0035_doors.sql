-- Doors, once more: the desk sees which tokens were given back, so that one whose token was is
-- refused in the booking; the worker finds what members allowed who are gone.
GRANT SELECT ON auth.withdrawn TO meguri_desk;
