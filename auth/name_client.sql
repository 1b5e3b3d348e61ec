SELECT set_config('meguri.client', %(client_id)s, true)
