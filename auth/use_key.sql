UPDATE auth.signing_keys SET use_from = %(use_from)s WHERE kid = %(kid)s AND use_from IS NULL
