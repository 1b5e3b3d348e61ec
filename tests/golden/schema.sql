-- The schema as the migrations make it; compared by tests/tidy.

audit.acts
  POLICY note FOR INSERT TO {meguri_worker} USING 
  POLICY whole FOR SELECT TO {meguri_auditor,meguri_worker} USING true
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_auditor

audit.links
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_auditor

auth.assertions
  client_id text NOT NULL
  jti text NOT NULL
  expires_at timestamp with time zone NOT NULL
  assertions_pkey: PRIMARY KEY (client_id, jti)
  CREATE INDEX assertions_spent ON auth.assertions USING btree (expires_at)
  CREATE UNIQUE INDEX assertions_pkey ON auth.assertions USING btree (client_id, jti)
  GRANT DELETE TO meguri_worker
  GRANT DELETE, INSERT TO meguri_app

auth.client_enrolments
  code_sha256 bytea NOT NULL
  client_id text NOT NULL
  tenant_id bigint NOT NULL
  till text NOT NULL
  name text NOT NULL
  scopes ARRAY NOT NULL
  dpop boolean NOT NULL
  expires_at timestamp with time zone NOT NULL
  used_at timestamp with time zone
  client_enrolments_client_id_check: CHECK ((client_id ~ '^c_[a-z2-7]{12}$'::text))
  client_enrolments_code_sha256_check: CHECK ((length(code_sha256) = 32))
  client_enrolments_name_check: CHECK ((name <> ''::text))
  client_enrolments_pkey: PRIMARY KEY (code_sha256)
  client_enrolments_scopes_check: CHECK ((cardinality(scopes) > 0))
  client_enrolments_tenant_id_till_fkey: FOREIGN KEY (tenant_id, till) REFERENCES tenants.tills(tenant_id, till)
  CREATE UNIQUE INDEX client_enrolments_pkey ON auth.client_enrolments USING btree (code_sha256)
  POLICY knocks FOR ALL TO {meguri_app} USING (encode(code_sha256, 'hex'::text) = current_setting('meguri.enrolment'::text, true))
  POLICY lay_out FOR ALL TO {meguri_worker} USING true
  POLICY whole FOR SELECT TO {meguri_auditor} USING true
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_app
  GRANT SELECT TO meguri_auditor

auth.clients
  client_id text NOT NULL
  tenant_id bigint NOT NULL
  name text NOT NULL
  method text NOT NULL
  secret_sha256 bytea
  jwk jsonb
  scopes ARRAY NOT NULL
  audience text NOT NULL
  tills ARRAY
  state text NOT NULL DEFAULT 'active'::text
  created_at timestamp with time zone NOT NULL
  revoked_at timestamp with time zone
  redirect_uris ARRAY NOT NULL DEFAULT '{}'::text[]
  dpop boolean NOT NULL DEFAULT false
  pushed_only boolean NOT NULL DEFAULT false
  believed_until timestamp with time zone
  certificate_sha256 bytea
  old_certificate_sha256 bytea
  old_certificate_until timestamp with time zone
  clients_audience_check: CHECK ((audience = ANY (ARRAY['till'::text, 'backoffice'::text, 'operator'::text, 'member'::text])))
  clients_certificates_check: CHECK (((COALESCE(length(certificate_sha256), 32) = 32) AND (COALESCE(length(old_certificate_sha256), 32) = 32)))
  clients_certified_check: CHECK (((certificate_sha256 IS NULL) OR (method <> 'none'::text)))
  clients_check1: CHECK (((method = 'private_key_jwt'::text) = (jwk IS NOT NULL)))
  clients_check2: CHECK (((state = 'revoked'::text) = (revoked_at IS NOT NULL)))
  clients_check: CHECK (((method = 'client_secret_basic'::text) = (secret_sha256 IS NOT NULL)))
  clients_client_id_check: CHECK ((client_id ~ '^c_[a-z2-7]{12}$'::text))
  clients_jwk_check: CHECK ((((jwk ->> 'crv'::text) = 'P-256'::text) AND (NOT (jwk ? 'd'::text))))
  clients_members_check: CHECK (((audience <> 'member'::text) OR (tills IS NULL)))
  clients_method_check: CHECK ((method = ANY (ARRAY['private_key_jwt'::text, 'client_secret_basic'::text, 'none'::text])))
  clients_name_check: CHECK ((name <> ''::text))
  clients_pkey: PRIMARY KEY (client_id)
  clients_public_check: CHECK (((method <> 'none'::text) OR (audience = 'member'::text)))
  clients_redirects_check: CHECK (((audience = 'member'::text) = (cardinality(redirect_uris) > 0)))
  clients_scopes_check: CHECK ((cardinality(scopes) > 0))
  clients_secret_sha256_check: CHECK ((length(secret_sha256) = 32))
  clients_state_check: CHECK ((state = ANY (ARRAY['active'::text, 'revoked'::text])))
  clients_tenant_id_fkey: FOREIGN KEY (tenant_id) REFERENCES tenants.tenants(tenant_id)
  clients_tills_check: CHECK ((cardinality(tills) > 0))
  CREATE INDEX clients_of_tenant ON auth.clients USING btree (tenant_id)
  CREATE UNIQUE INDEX clients_pkey ON auth.clients USING btree (client_id)
  POLICY enrols FOR INSERT TO {meguri_app} USING 
  POLICY knocks FOR SELECT TO {meguri_app} USING (client_id = current_setting('meguri.client'::text, true))
  POLICY lay_out FOR ALL TO {meguri_worker} USING true
  POLICY whole FOR SELECT TO {meguri_auditor,meguri_counter,meguri_desk} USING true
  GRANT INSERT TO meguri_worker
  GRANT SELECT TO meguri_app

auth.codes
  code_sha256 bytea NOT NULL
  client_id text NOT NULL
  grant_id text NOT NULL
  redirect_uri text NOT NULL
  challenge text NOT NULL
  jkt text
  expires_at timestamp with time zone NOT NULL
  used_at timestamp with time zone
  codes_challenge_check: CHECK ((length(challenge) = 43))
  codes_code_sha256_check: CHECK ((length(code_sha256) = 32))
  codes_grant_id_fkey: FOREIGN KEY (grant_id) REFERENCES auth.grants(grant_id)
  codes_pkey: PRIMARY KEY (code_sha256)
  CREATE INDEX codes_over ON auth.codes USING btree (expires_at)
  CREATE UNIQUE INDEX codes_pkey ON auth.codes USING btree (code_sha256)
  POLICY knocks FOR ALL TO {meguri_app} USING (client_id = current_setting('meguri.client'::text, true))
  POLICY sweeps FOR ALL TO {meguri_worker} USING true
  GRANT DELETE TO meguri_worker
  GRANT INSERT, SELECT TO meguri_app

auth.credentials
  client_id text NOT NULL
  added_at timestamp with time zone NOT NULL
  secret_sha256 bytea
  jwk jsonb
  believed_until timestamp with time zone
  credentials_check: CHECK ((num_nonnulls(secret_sha256, jwk) = 1))
  credentials_client_id_fkey: FOREIGN KEY (client_id) REFERENCES auth.clients(client_id)
  credentials_jwk_check: CHECK ((((jwk ->> 'crv'::text) = 'P-256'::text) AND (NOT (jwk ? 'd'::text))))
  credentials_pkey: PRIMARY KEY (client_id, added_at)
  credentials_secret_sha256_check: CHECK ((length(secret_sha256) = 32))
  CREATE UNIQUE INDEX credentials_pkey ON auth.credentials USING btree (client_id, added_at)
  POLICY knocks FOR SELECT TO {meguri_app} USING (client_id = current_setting('meguri.client'::text, true))
  POLICY lay_out FOR ALL TO {meguri_worker} USING true
  POLICY whole FOR SELECT TO {meguri_auditor} USING true
  GRANT INSERT TO meguri_worker
  GRANT SELECT TO meguri_app

auth.devices
  device_sha256 bytea NOT NULL
  member_id bigint NOT NULL
  agent text NOT NULL
  made_at timestamp with time zone NOT NULL
  seen_at timestamp with time zone NOT NULL
  devices_device_sha256_check: CHECK ((length(device_sha256) = 32))
  devices_pkey: PRIMARY KEY (device_sha256)
  CREATE INDEX devices_of_member ON auth.devices USING btree (member_id)
  CREATE UNIQUE INDEX devices_pkey ON auth.devices USING btree (device_sha256)
  GRANT DELETE, INSERT, SELECT, UPDATE TO meguri_app
  GRANT DELETE, INSERT, SELECT, UPDATE TO meguri_worker

auth.grants
  grant_id text NOT NULL
  client_id text NOT NULL
  tenant_id bigint NOT NULL
  member_id bigint NOT NULL
  scopes ARRAY NOT NULL
  jkt text
  given_at timestamp with time zone NOT NULL
  ends_at timestamp with time zone NOT NULL
  ended_at timestamp with time zone
  grants_client_id_fkey: FOREIGN KEY (client_id) REFERENCES auth.clients(client_id)
  grants_grant_id_check: CHECK ((grant_id ~ '^g_[A-Za-z0-9_-]{22}$'::text))
  grants_pkey: PRIMARY KEY (grant_id)
  grants_scopes_check: CHECK ((cardinality(scopes) > 0))
  grants_tenant_id_fkey: FOREIGN KEY (tenant_id) REFERENCES tenants.tenants(tenant_id)
  CREATE INDEX grants_of_client ON auth.grants USING btree (client_id)
  CREATE INDEX grants_of_member ON auth.grants USING btree (member_id)
  CREATE UNIQUE INDEX grants_pkey ON auth.grants USING btree (grant_id)
  POLICY ends FOR ALL TO {meguri_worker} USING true
  POLICY knocks FOR ALL TO {meguri_app} USING (client_id = current_setting('meguri.client'::text, true))
  POLICY whole FOR SELECT TO {meguri_auditor,meguri_counter} USING true
  GRANT INSERT, SELECT TO meguri_app

auth.links
  link_sha256 bytea NOT NULL
  kind text NOT NULL
  person_id text
  member_id bigint
  made_by text NOT NULL
  made_at timestamp with time zone NOT NULL
  expires_at timestamp with time zone NOT NULL
  used_at timestamp with time zone
  links_check1: CHECK (((kind = 'member'::text) = (person_id IS NULL)))
  links_check: CHECK (((kind = 'member'::text) = (member_id IS NOT NULL)))
  links_kind_check: CHECK ((kind = ANY (ARRAY['invitation'::text, 'recovery'::text, 'member'::text])))
  links_link_sha256_check: CHECK ((length(link_sha256) = 32))
  links_person_id_fkey: FOREIGN KEY (person_id) REFERENCES auth.people(person_id)
  links_pkey: PRIMARY KEY (link_sha256)
  CREATE INDEX links_of_person ON auth.links USING btree (person_id) WHERE (used_at IS NULL)
  CREATE UNIQUE INDEX links_pkey ON auth.links USING btree (link_sha256)
  GRANT DELETE, INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_app

auth.member_logins
  member_id bigint NOT NULL
  password text NOT NULL
  set_at timestamp with time zone NOT NULL
  member_logins_password_check: CHECK ((password ~~ '$argon2id$%'::text))
  member_logins_pkey: PRIMARY KEY (member_id)
  CREATE UNIQUE INDEX member_logins_pkey ON auth.member_logins USING btree (member_id)
  GRANT DELETE, INSERT, SELECT, UPDATE TO meguri_worker
  GRANT INSERT, SELECT, UPDATE TO meguri_app

auth.passkeys
  credential_id bytea NOT NULL
  person_id text NOT NULL
  public_key bytea NOT NULL
  counter bigint NOT NULL
  name text NOT NULL
  made_at timestamp with time zone NOT NULL
  used_at timestamp with time zone
  passkeys_counter_check: CHECK ((counter >= 0))
  passkeys_name_check: CHECK ((name <> ''::text))
  passkeys_person_id_fkey: FOREIGN KEY (person_id) REFERENCES auth.people(person_id)
  passkeys_pkey: PRIMARY KEY (credential_id)
  CREATE INDEX passkeys_of_person ON auth.passkeys USING btree (person_id)
  CREATE UNIQUE INDEX passkeys_pkey ON auth.passkeys USING btree (credential_id)
  GRANT DELETE, INSERT, SELECT TO meguri_app
  GRANT DELETE, INSERT, SELECT TO meguri_worker

auth.people
  person_id text NOT NULL
  login text NOT NULL
  name text NOT NULL
  placed boolean NOT NULL
  state text NOT NULL DEFAULT 'invited'::text
  password text
  totp bytea
  totp_step bigint NOT NULL DEFAULT 0
  created_by text NOT NULL
  created_at timestamp with time zone NOT NULL
  signed_in_at timestamp with time zone
  seen_log bigint NOT NULL DEFAULT 0
  people_check: CHECK (((state <> 'active'::text) OR (password IS NOT NULL)))
  people_login_check: CHECK (((login <> ''::text) AND (login = lower(login))))
  people_login_key: UNIQUE (login)
  people_name_check: CHECK ((name <> ''::text))
  people_password_check: CHECK ((password ~~ '$argon2id$%'::text))
  people_person_id_check: CHECK ((person_id ~ '^p_[a-z2-7]{12}$'::text))
  people_person_id_placed_key: UNIQUE (person_id, placed)
  people_pkey: PRIMARY KEY (person_id)
  people_state_check: CHECK ((state = ANY (ARRAY['invited'::text, 'active'::text, 'disabled'::text])))
  CREATE UNIQUE INDEX people_login_key ON auth.people USING btree (login)
  CREATE UNIQUE INDEX people_person_id_placed_key ON auth.people USING btree (person_id, placed)
  CREATE UNIQUE INDEX people_pkey ON auth.people USING btree (person_id)
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_app

auth.people_log
  log_id bigint NOT NULL
  at timestamp with time zone NOT NULL
  what text NOT NULL
  who text NOT NULL
  person_id text
  member_id bigint
  told text NOT NULL
  address text NOT NULL
  people_log_pkey: PRIMARY KEY (log_id)
  people_log_what_check: CHECK ((what ~ '^[a-z][a-z-]{1,30}$'::text))
  CREATE INDEX people_log_by_day ON auth.people_log USING btree (at)
  CREATE INDEX people_log_loud ON auth.people_log USING btree (log_id) WHERE (what = 'break-glass'::text)
  CREATE INDEX people_log_of_member ON auth.people_log USING btree (member_id, log_id) WHERE (member_id IS NOT NULL)
  CREATE INDEX people_log_of_person ON auth.people_log USING btree (person_id, log_id)
  CREATE UNIQUE INDEX people_log_pkey ON auth.people_log USING btree (log_id)
  GRANT INSERT, SELECT TO meguri_app
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_auditor

auth.person_roles
  person_id text NOT NULL
  placed boolean NOT NULL
  role text NOT NULL
  place_id bigint NOT NULL DEFAULT 0
  granted_by text NOT NULL
  granted_at timestamp with time zone NOT NULL
  person_roles_check1: CHECK ((placed = (role = ANY (ARRAY['area'::text, 'facility'::text, 'shop'::text, 'tenant'::text, 'tenant-finance'::text]))))
  person_roles_check2: CHECK ((placed = (place_id > 0)))
  person_roles_check: CHECK ((granted_by <> person_id))
  person_roles_granted_by_check: CHECK ((granted_by <> ''::text))
  person_roles_person_id_placed_fkey: FOREIGN KEY (person_id, placed) REFERENCES auth.people(person_id, placed)
  person_roles_pkey: PRIMARY KEY (person_id, role, place_id)
  person_roles_role_check: CHECK ((role = ANY (ARRAY['admin'::text, 'hq'::text, 'area'::text, 'facility'::text, 'shop'::text, 'tenant'::text, 'tenant-finance'::text, 'finance-preparer'::text, 'finance-approver'::text, 'support'::text, 'auditor'::text])))
  CREATE UNIQUE INDEX person_roles_pkey ON auth.person_roles USING btree (person_id, role, place_id)
  GRANT DELETE, INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_app
  GRANT SELECT TO meguri_auditor

auth.proofs
  proof_sha256 bytea NOT NULL
  expires_at timestamp with time zone NOT NULL
  proofs_pkey: PRIMARY KEY (proof_sha256)
  proofs_proof_sha256_check: CHECK ((length(proof_sha256) = 32))
  CREATE INDEX proofs_over ON auth.proofs USING btree (expires_at)
  CREATE UNIQUE INDEX proofs_pkey ON auth.proofs USING btree (proof_sha256)
  GRANT DELETE TO meguri_worker
  GRANT INSERT TO meguri_app

auth.refresh_tokens
  token_sha256 bytea NOT NULL
  client_id text NOT NULL
  grant_id text NOT NULL
  issued_at timestamp with time zone NOT NULL
  expires_at timestamp with time zone NOT NULL
  used_at timestamp with time zone
  refresh_tokens_grant_id_fkey: FOREIGN KEY (grant_id) REFERENCES auth.grants(grant_id)
  refresh_tokens_pkey: PRIMARY KEY (token_sha256)
  refresh_tokens_token_sha256_check: CHECK ((length(token_sha256) = 32))
  CREATE INDEX refresh_tokens_over ON auth.refresh_tokens USING btree (expires_at)
  CREATE UNIQUE INDEX refresh_tokens_pkey ON auth.refresh_tokens USING btree (token_sha256)
  POLICY knocks FOR ALL TO {meguri_app} USING (client_id = current_setting('meguri.client'::text, true))
  POLICY sweeps FOR ALL TO {meguri_worker} USING true
  GRANT DELETE TO meguri_worker
  GRANT INSERT, SELECT TO meguri_app

auth.requests
  request_sha256 bytea NOT NULL
  client_id text NOT NULL
  content jsonb NOT NULL
  member_id bigint
  pushed_sha256 bytea
  expires_at timestamp with time zone NOT NULL
  requests_pkey: PRIMARY KEY (request_sha256)
  requests_request_sha256_check: CHECK ((length(request_sha256) = 32))
  CREATE INDEX requests_over ON auth.requests USING btree (expires_at)
  CREATE UNIQUE INDEX requests_pkey ON auth.requests USING btree (request_sha256)
  POLICY knocks FOR ALL TO {meguri_app} USING (client_id = current_setting('meguri.client'::text, true))
  POLICY sweeps FOR ALL TO {meguri_worker} USING true
  GRANT DELETE TO meguri_worker
  GRANT DELETE, INSERT, SELECT TO meguri_app

auth.sessions
  session_sha256 bytea NOT NULL
  person_id text
  member_id bigint
  factor text
  challenge bytea
  challenge_for text
  challenge_at timestamp with time zone
  totp bytea
  proved_for text
  proved_with text
  proved_at timestamp with time zone
  agent text NOT NULL
  address text NOT NULL
  began_at timestamp with time zone NOT NULL
  seen_at timestamp with time zone NOT NULL
  sessions_check1: CHECK ((num_nonnulls(challenge, challenge_for, challenge_at) = ANY (ARRAY[0, 3])))
  sessions_check2: CHECK ((num_nonnulls(proved_for, proved_with, proved_at) = ANY (ARRAY[0, 3])))
  sessions_check: CHECK ((num_nonnulls(person_id, member_id) = 1))
  sessions_factor_check: CHECK ((factor = ANY (ARRAY['totp'::text, 'passkey'::text, 'code'::text, 'device'::text])))
  sessions_person_id_fkey: FOREIGN KEY (person_id) REFERENCES auth.people(person_id)
  sessions_pkey: PRIMARY KEY (session_sha256)
  sessions_proved_with_check: CHECK ((proved_with = ANY (ARRAY['totp'::text, 'passkey'::text])))
  sessions_session_sha256_check: CHECK ((length(session_sha256) = 32))
  CREATE INDEX sessions_of_member ON auth.sessions USING btree (member_id) WHERE (member_id IS NOT NULL)
  CREATE INDEX sessions_of_person ON auth.sessions USING btree (person_id) WHERE (person_id IS NOT NULL)
  CREATE INDEX sessions_over ON auth.sessions USING btree (began_at)
  CREATE UNIQUE INDEX sessions_pkey ON auth.sessions USING btree (session_sha256)
  GRANT DELETE, INSERT, SELECT, UPDATE TO meguri_app
  GRANT DELETE, INSERT, SELECT, UPDATE TO meguri_worker

auth.sign_ups
  sign_up_sha256 bytea NOT NULL
  code bytea NOT NULL
  wrong_tries smallint NOT NULL DEFAULT 0
  expires_at timestamp with time zone NOT NULL
  used_at timestamp with time zone
  sign_ups_code_check: CHECK ((length(code) = 32))
  sign_ups_pkey: PRIMARY KEY (sign_up_sha256)
  sign_ups_sign_up_sha256_check: CHECK ((length(sign_up_sha256) = 32))
  sign_ups_wrong_tries_check: CHECK (((wrong_tries >= 0) AND (wrong_tries <= 5)))
  CREATE INDEX sign_ups_over ON auth.sign_ups USING btree (expires_at)
  CREATE UNIQUE INDEX sign_ups_pkey ON auth.sign_ups USING btree (sign_up_sha256)
  GRANT DELETE, INSERT, SELECT, UPDATE TO meguri_app
  GRANT DELETE, INSERT, SELECT, UPDATE TO meguri_worker

auth.signing_keys
  kid text NOT NULL
  jwk jsonb NOT NULL
  sealed bytea NOT NULL
  published_at timestamp with time zone NOT NULL
  use_from timestamp with time zone
  retires_at timestamp with time zone
  signing_keys_check1: CHECK (((retires_at IS NULL) OR (use_from IS NOT NULL)))
  signing_keys_check: CHECK ((use_from >= published_at))
  signing_keys_jwk_check: CHECK ((((jwk ->> 'crv'::text) = 'P-256'::text) AND (NOT (jwk ? 'd'::text))))
  signing_keys_pkey: PRIMARY KEY (kid)
  CREATE UNIQUE INDEX signing_keys_one_goes_on ON auth.signing_keys USING btree (((retires_at IS NULL))) WHERE ((retires_at IS NULL) AND (use_from IS NOT NULL))
  CREATE UNIQUE INDEX signing_keys_one_stands_by ON auth.signing_keys USING btree (((use_from IS NULL))) WHERE (use_from IS NULL)
  CREATE UNIQUE INDEX signing_keys_pkey ON auth.signing_keys USING btree (kid)
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_app

auth.tries
  whose bytea NOT NULL
  tried_at timestamp with time zone NOT NULL
  try_id bigint NOT NULL
  tries_pkey: PRIMARY KEY (whose, tried_at, try_id)
  tries_whose_check: CHECK ((length(whose) = 32))
  CREATE INDEX tries_over ON auth.tries USING btree (tried_at)
  CREATE UNIQUE INDEX tries_pkey ON auth.tries USING btree (whose, tried_at, try_id)
  GRANT DELETE, INSERT, SELECT TO meguri_app
  GRANT DELETE, INSERT, SELECT TO meguri_worker

auth.withdrawn
  jti text NOT NULL
  expires_at timestamp with time zone NOT NULL
  withdrawn_pkey: PRIMARY KEY (jti)
  CREATE INDEX withdrawn_over ON auth.withdrawn USING btree (expires_at)
  CREATE UNIQUE INDEX withdrawn_pkey ON auth.withdrawn USING btree (jti)
  GRANT DELETE TO meguri_worker
  GRANT INSERT, SELECT TO meguri_app
  GRANT SELECT TO meguri_counter
  GRANT SELECT TO meguri_desk

deploy.migrations
  GRANT SELECT TO meguri_app

federation.announced
  one boolean NOT NULL DEFAULT true
  number bigint NOT NULL DEFAULT 0
  sequence bigint NOT NULL DEFAULT 0
  announced_check: CHECK ((sequence >= number))
  announced_number_check: CHECK ((number >= 0))
  announced_one_check: CHECK (one)
  announced_pkey: PRIMARY KEY (one)
  CREATE UNIQUE INDEX announced_pkey ON federation.announced USING btree (one)
  GRANT SELECT TO meguri_app
  GRANT SELECT TO meguri_auditor
  GRANT SELECT TO meguri_worker

federation.answers
  shop_id bigint NOT NULL
  slip text NOT NULL
  tenant_id bigint NOT NULL
  status smallint NOT NULL
  body text
  booked_at timestamp with time zone NOT NULL
  packed bytea
  answers_one_way: CHECK ((num_nonnulls(body, packed) = 1))
  CREATE INDEX answers_of_batch ON ONLY federation.answers USING btree (booked_at, shop_id)
  POLICY desk FOR ALL TO {meguri_desk} USING true
  POLICY own FOR SELECT TO {meguri_app} USING (tenant_id = federation.reader())
  POLICY whole FOR SELECT TO {meguri_auditor,meguri_worker} USING true
  GRANT INSERT, SELECT TO meguri_desk
  GRANT SELECT TO meguri_app
  GRANT SELECT TO meguri_auditor
  GRANT SELECT TO meguri_worker

federation.attached_lots
  member_id bigint
  entry_id bigint
  part smallint
  points bigint
  points_left bigint
  GRANT SELECT TO meguri_auditor
  GRANT SELECT TO meguri_worker

federation.breaks
  promise text NOT NULL
  from_at timestamp with time zone NOT NULL
  until_at timestamp with time zone
  most_broken bigint NOT NULL
  breaks_check: CHECK ((until_at > from_at))
  breaks_most_broken_check: CHECK ((most_broken > 0))
  breaks_pkey: PRIMARY KEY (promise, from_at)
  CREATE INDEX breaks_by_from ON federation.breaks USING btree (from_at)
  CREATE UNIQUE INDEX breaks_open ON federation.breaks USING btree (promise) WHERE (until_at IS NULL)
  CREATE UNIQUE INDEX breaks_pkey ON federation.breaks USING btree (promise, from_at)
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_app
  GRANT SELECT TO meguri_auditor

federation.carriers
  carrier text NOT NULL
  kind text NOT NULL
  member_id bigint NOT NULL
  state text NOT NULL DEFAULT 'active'::text
  issued_on date NOT NULL
  led_to ARRAY NOT NULL DEFAULT '{}'::bigint[]
  carriers_kind_check: CHECK ((kind = ANY (ARRAY['card'::text, 'code'::text, 'phone'::text, 'line'::text, 'external'::text])))
  carriers_pkey: PRIMARY KEY (carrier)
  carriers_state_check: CHECK ((state = ANY (ARRAY['active'::text, 'stopped'::text])))
  CREATE INDEX carriers_of_member ON federation.carriers USING btree (member_id)
  CREATE UNIQUE INDEX carriers_pkey ON federation.carriers USING btree (carrier)
  GRANT DELETE, INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_auditor
  GRANT SELECT TO meguri_counter
  GRANT SELECT TO meguri_desk

federation.codes
  code text NOT NULL
  member_id bigint NOT NULL
  issued_at timestamp with time zone NOT NULL
  expires_at timestamp with time zone NOT NULL
  used_at timestamp with time zone
  used_shop_id bigint
  used_slip text
  codes_check: CHECK ((expires_at > issued_at))
  codes_code_check: CHECK ((code ~ '^[0-9]{20}$'::text))
  codes_pkey: PRIMARY KEY (code)
  CREATE INDEX codes_of_member ON federation.codes USING btree (member_id, issued_at)
  CREATE INDEX codes_over ON federation.codes USING btree (expires_at)
  CREATE UNIQUE INDEX codes_pkey ON federation.codes USING btree (code)
  GRANT DELETE, SELECT TO meguri_worker
  GRANT INSERT, SELECT TO meguri_counter
  GRANT SELECT TO meguri_auditor
  GRANT SELECT TO meguri_desk

federation.cycles
  cycle_id integer NOT NULL
  first_on date NOT NULL
  last_on date NOT NULL
  closed_at timestamp with time zone
  cycles_check: CHECK ((last_on >= first_on))
  cycles_first_on_key: UNIQUE (first_on)
  cycles_pkey: PRIMARY KEY (cycle_id)
  CREATE UNIQUE INDEX cycles_first_on_key ON federation.cycles USING btree (first_on)
  CREATE UNIQUE INDEX cycles_pkey ON federation.cycles USING btree (cycle_id)
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_app
  GRANT SELECT TO meguri_auditor
  GRANT SELECT TO meguri_counter
  GRANT SELECT TO meguri_desk

federation.detached
  month_on date NOT NULL
  from_at timestamp with time zone NOT NULL
  until_at timestamp with time zone NOT NULL
  entries bigint NOT NULL
  draws bigint NOT NULL
  answers bigint NOT NULL
  entries_sha256 bytea NOT NULL
  draws_sha256 bytea NOT NULL
  answers_sha256 bytea NOT NULL
  detached_at timestamp with time zone NOT NULL
  detached_answers_check: CHECK ((answers >= 0))
  detached_answers_sha256_check: CHECK ((length(answers_sha256) = 32))
  detached_check: CHECK ((until_at > from_at))
  detached_draws_check: CHECK ((draws >= 0))
  detached_draws_sha256_check: CHECK ((length(draws_sha256) = 32))
  detached_entries_check: CHECK ((entries >= 0))
  detached_entries_sha256_check: CHECK ((length(entries_sha256) = 32))
  detached_month_on_check: CHECK ((EXTRACT(day FROM month_on) = (1)::numeric))
  detached_pkey: PRIMARY KEY (month_on)
  CREATE UNIQUE INDEX detached_pkey ON federation.detached USING btree (month_on)
  GRANT SELECT TO meguri_app
  GRANT SELECT TO meguri_auditor
  GRANT SELECT TO meguri_counter
  GRANT SELECT TO meguri_worker

federation.detached_draws
  month_on date NOT NULL
  funder_id bigint NOT NULL
  kind text NOT NULL
  taken boolean NOT NULL
  points bigint NOT NULL
  detached_draws_check1: CHECK (((points <> 0) AND ((points > 0) = taken)))
  detached_draws_month_on_fkey: FOREIGN KEY (month_on) REFERENCES federation.detached(month_on) ON DELETE CASCADE
  detached_draws_pkey: PRIMARY KEY (month_on, funder_id, kind, taken)
  CREATE UNIQUE INDEX detached_draws_pkey ON federation.detached_draws USING btree (month_on, funder_id, kind, taken)
  GRANT SELECT TO meguri_auditor
  GRANT SELECT TO meguri_worker

federation.doors
  one boolean NOT NULL DEFAULT true
  moved bigint NOT NULL DEFAULT 0
  doors_one_check: CHECK (one)
  doors_pkey: PRIMARY KEY (one)
  CREATE UNIQUE INDEX doors_pkey ON federation.doors USING btree (one)
  GRANT SELECT TO meguri_app
  GRANT SELECT TO meguri_auditor
  GRANT SELECT TO meguri_counter
  GRANT SELECT TO meguri_desk
  GRANT SELECT TO meguri_worker

federation.draws
  member_id bigint NOT NULL
  entry_id bigint NOT NULL
  lot_entry_id bigint NOT NULL
  lot_part smallint NOT NULL
  kind text NOT NULL
  points bigint NOT NULL
  tenant_id bigint NOT NULL
  shop_id bigint NOT NULL
  funder_id bigint NOT NULL
  scheme_id integer NOT NULL
  rule text NOT NULL
  business_date date NOT NULL
  cycle_id integer NOT NULL
  booked_at timestamp with time zone NOT NULL
  for_funder_id bigint
  for_rule text
  n smallint NOT NULL DEFAULT 0
  draws_member_id_lot_entry_id_lot_part_fkey: FOREIGN KEY (member_id, lot_entry_id, lot_part) REFERENCES federation.lots(member_id, entry_id, part)
  draws_pkey: PRIMARY KEY (member_id, entry_id, lot_entry_id, lot_part, n, booked_at)
  draws_points_check: CHECK ((points <> 0))
  CREATE INDEX draws_of_lot ON ONLY federation.draws USING btree (member_id, lot_entry_id, lot_part)
  CREATE UNIQUE INDEX draws_pkey ON ONLY federation.draws USING btree (member_id, entry_id, lot_entry_id, lot_part, n, booked_at)
  POLICY desk FOR ALL TO {meguri_desk} USING true
  POLICY own FOR SELECT TO {meguri_app} USING ((tenant_id = federation.reader()) OR (funder_id = federation.reader()))
  POLICY past FOR SELECT TO {meguri_counter} USING true
  POLICY stead FOR SELECT TO {meguri_app} USING (for_funder_id = federation.reader())
  POLICY whole FOR SELECT TO {meguri_auditor,meguri_worker} USING true
  POLICY whole_sealer FOR SELECT TO {meguri_sealer} USING true
  GRANT INSERT, SELECT TO meguri_desk
  GRANT SELECT TO meguri_app
  GRANT SELECT TO meguri_auditor
  GRANT SELECT TO meguri_sealer
  GRANT SELECT TO meguri_worker

federation.entries
  member_id bigint NOT NULL
  entry_id bigint NOT NULL
  kind text NOT NULL
  tenant_id bigint NOT NULL
  shop_id bigint NOT NULL
  till text NOT NULL
  staff text
  slip text
  points bigint NOT NULL
  paid_yen bigint
  excluded_yen bigint
  receipt_till text
  receipt_no text
  lines jsonb
  of_entry_id bigint
  reason text
  at timestamp with time zone NOT NULL
  business_date date NOT NULL
  cycle_id integer NOT NULL
  booked_at timestamp with time zone NOT NULL
  xid xid8 NOT NULL DEFAULT pg_current_xact_id()
  rank text
  returned_yen bigint
  slides_to date
  offline boolean NOT NULL DEFAULT false
  entries_excluded_yen_check: CHECK ((excluded_yen >= 0))
  entries_kind_check: CHECK ((kind = ANY (ARRAY['accrual'::text, 'redemption'::text, 'lapse'::text, 'reversal'::text, 'return'::text, 'repayment'::text, 'hold'::text, 'release'::text, 'changeover'::text, 'merge'::text, 'withdrawal'::text, 'adjustment'::text, 'import'::text, 'bonus'::text, 'coupon'::text])))
  entries_paid_yen_check: CHECK ((paid_yen >= 0))
  entries_pkey: PRIMARY KEY (member_id, entry_id, booked_at)
  entries_returned_yen_check: CHECK ((returned_yen >= 0))
  CREATE INDEX entries_by_transaction ON ONLY federation.entries USING btree (xid)
  CREATE INDEX entries_lately ON ONLY federation.entries USING brin (booked_at) WITH (pages_per_range='32', autosummarize='on')
  CREATE INDEX entries_of_day ON ONLY federation.entries USING btree (business_date, shop_id)
  CREATE INDEX entries_of_tenant ON ONLY federation.entries USING btree (tenant_id, entry_id)
  CREATE UNIQUE INDEX entries_pkey ON ONLY federation.entries USING btree (member_id, entry_id, booked_at)
  POLICY desk FOR ALL TO {meguri_desk} USING true
  POLICY own FOR SELECT TO {meguri_app} USING (tenant_id = federation.reader())
  POLICY past FOR SELECT TO {meguri_counter} USING true
  POLICY placed FOR SELECT TO {meguri_app} USING (shop_id = ANY (federation.placed()))
  POLICY whole FOR SELECT TO {meguri_auditor,meguri_sealer,meguri_worker} USING true
  GRANT INSERT, SELECT TO meguri_desk
  GRANT SELECT TO meguri_app
  GRANT SELECT TO meguri_auditor
  GRANT SELECT TO meguri_sealer
  GRANT SELECT TO meguri_worker

federation.heads
  day_on date NOT NULL
  number bigint NOT NULL
  chain bytea NOT NULL
  heads_chain_check: CHECK ((length(chain) = 32))
  heads_number_key: UNIQUE (number)
  heads_pkey: PRIMARY KEY (day_on)
  CREATE UNIQUE INDEX heads_number_key ON federation.heads USING btree (number)
  CREATE UNIQUE INDEX heads_pkey ON federation.heads USING btree (day_on)
  GRANT INSERT, SELECT TO meguri_sealer
  GRANT SELECT TO meguri_auditor
  GRANT SELECT TO meguri_worker

federation.hold_parts
  member_id bigint NOT NULL
  entry_id bigint NOT NULL
  lot_entry_id bigint NOT NULL
  lot_part smallint NOT NULL
  points bigint NOT NULL
  hold_parts_member_id_entry_id_fkey: FOREIGN KEY (member_id, entry_id) REFERENCES federation.holds(member_id, entry_id)
  hold_parts_member_id_lot_entry_id_lot_part_fkey: FOREIGN KEY (member_id, lot_entry_id, lot_part) REFERENCES federation.lots(member_id, entry_id, part)
  hold_parts_pkey: PRIMARY KEY (member_id, entry_id, lot_entry_id, lot_part)
  hold_parts_points_check: CHECK ((points > 0))
  CREATE UNIQUE INDEX hold_parts_pkey ON federation.hold_parts USING btree (member_id, entry_id, lot_entry_id, lot_part)
  GRANT INSERT, SELECT TO meguri_desk
  GRANT SELECT TO meguri_auditor
  GRANT SELECT TO meguri_counter
  GRANT SELECT TO meguri_sealer
  GRANT SELECT TO meguri_worker

federation.holds
  member_id bigint NOT NULL
  entry_id bigint NOT NULL
  tenant_id bigint NOT NULL
  shop_id bigint NOT NULL
  business_date date NOT NULL
  points bigint NOT NULL
  made_at timestamp with time zone NOT NULL
  expires_at timestamp with time zone NOT NULL
  state text NOT NULL DEFAULT 'open'::text
  captured_points bigint NOT NULL DEFAULT 0
  ended_at timestamp with time zone
  ended_entry_id bigint
  holds_check1: CHECK (((captured_points >= 0) AND (captured_points <= points)))
  holds_check2: CHECK (((state = 'open'::text) = (ended_at IS NULL)))
  holds_check3: CHECK (((state = 'captured'::text) = (captured_points > 0)))
  holds_check: CHECK ((expires_at > made_at))
  holds_pkey: PRIMARY KEY (member_id, entry_id)
  holds_points_check: CHECK ((points > 0))
  holds_state_check: CHECK ((state = ANY (ARRAY['open'::text, 'captured'::text, 'released'::text, 'expired'::text])))
  CREATE INDEX holds_due ON federation.holds USING btree (expires_at) WHERE (state = 'open'::text)
  CREATE INDEX holds_open ON federation.holds USING btree (member_id) WHERE (state = 'open'::text)
  CREATE UNIQUE INDEX holds_pkey ON federation.holds USING btree (member_id, entry_id)
  POLICY desk FOR ALL TO {meguri_desk} USING true
  POLICY own FOR SELECT TO {meguri_app} USING (tenant_id = federation.reader())
  POLICY whole FOR SELECT TO {meguri_auditor,meguri_counter,meguri_worker} USING true
  POLICY whole_sealer FOR SELECT TO {meguri_sealer} USING true
  GRANT INSERT, SELECT TO meguri_desk
  GRANT SELECT TO meguri_app
  GRANT SELECT TO meguri_auditor
  GRANT SELECT TO meguri_counter
  GRANT SELECT TO meguri_sealer
  GRANT SELECT TO meguri_worker

federation.journal
  number bigint NOT NULL
  member_id bigint NOT NULL
  entry_id bigint NOT NULL
  booked_at timestamp with time zone NOT NULL
  format smallint NOT NULL
  hash bytea NOT NULL
  chain bytea
  journal_chain_check: CHECK ((length(chain) = 32))
  journal_hash_check: CHECK ((length(hash) = 32))
  journal_number_check: CHECK ((number > 0))
  journal_pkey: PRIMARY KEY (number)
  CREATE UNIQUE INDEX journal_pkey ON federation.journal USING btree (number)
  GRANT INSERT, SELECT TO meguri_sealer
  GRANT SELECT TO meguri_auditor
  GRANT SELECT TO meguri_worker

federation.looks
  minute_at timestamp with time zone NOT NULL
  looked_at timestamp with time zone NOT NULL
  broken bigint NOT NULL
  promises jsonb NOT NULL
  looks_broken_check: CHECK ((broken >= 0))
  looks_minute_at_check: CHECK ((minute_at = date_trunc('minute'::text, minute_at, 'UTC'::text)))
  looks_pkey: PRIMARY KEY (minute_at)
  CREATE UNIQUE INDEX looks_pkey ON federation.looks USING btree (minute_at)
  GRANT DELETE, INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_app
  GRANT SELECT TO meguri_auditor

federation.lots
  member_id bigint NOT NULL
  entry_id bigint NOT NULL
  part smallint NOT NULL
  points bigint NOT NULL
  points_left bigint NOT NULL
  points_held bigint NOT NULL DEFAULT 0
  shop_id bigint NOT NULL
  funder_id bigint NOT NULL
  scheme_id integer NOT NULL
  facility_id bigint
  limited boolean NOT NULL
  rule text NOT NULL
  usable_from date NOT NULL
  expires_on date
  from_member_id bigint
  from_entry_id bigint
  from_part smallint
  lots_check1: CHECK (((points_held >= 0) AND (points_held <= points_left)))
  lots_check2: CHECK ((expires_on >= usable_from))
  lots_check: CHECK (((points_left >= 0) AND (points_left <= points)))
  lots_part_check: CHECK ((part >= 0))
  lots_pkey: PRIMARY KEY (member_id, entry_id, part)
  lots_points_check: CHECK ((points > 0))
  CREATE INDEX lots_open ON federation.lots USING btree (member_id, expires_on) WHERE (points_left > 0)
  CREATE UNIQUE INDEX lots_pkey ON federation.lots USING btree (member_id, entry_id, part)
  GRANT INSERT, SELECT TO meguri_desk
  GRANT SELECT TO meguri_auditor
  GRANT SELECT TO meguri_counter
  GRANT SELECT TO meguri_sealer
  GRANT SELECT TO meguri_worker

federation.members
  member_id bigint NOT NULL
  joined_on date NOT NULL
  state text NOT NULL DEFAULT 'active'::text
  merged_into bigint
  left_at timestamp with time zone
  led_to ARRAY NOT NULL DEFAULT '{}'::bigint[]
  erased_at timestamp with time zone
  members_merged_into_check: CHECK (((state = 'merged'::text) = (merged_into IS NOT NULL)))
  members_pkey: PRIMARY KEY (member_id)
  members_state_check: CHECK ((state = ANY (ARRAY['active'::text, 'withdrawn'::text, 'merged'::text])))
  CREATE INDEX members_joined ON federation.members USING btree (joined_on)
  CREATE INDEX members_merged ON federation.members USING btree (merged_into) WHERE (merged_into IS NOT NULL)
  CREATE INDEX members_to_erase ON federation.members USING btree (left_at) WHERE ((state = 'withdrawn'::text) AND (erased_at IS NULL))
  CREATE UNIQUE INDEX members_pkey ON federation.members USING btree (member_id)
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_auditor
  GRANT SELECT TO meguri_counter
  GRANT SELECT TO meguri_desk

federation.notices
  notice_id bigint NOT NULL
  tenant_id bigint NOT NULL
  kind text NOT NULL
  member_id bigint
  content text NOT NULL
  xid xid8 NOT NULL DEFAULT pg_current_xact_id()
  sequence bigint
  announced_at timestamp with time zone
  notices_check: CHECK (((sequence IS NULL) = (announced_at IS NULL)))
  notices_content_check: CHECK ((content ~ '^\{'::text))
  notices_kind_check: CHECK ((kind ~ '^[a-z]+\.[a-z-]+$'::text))
  notices_pkey: PRIMARY KEY (notice_id)
  notices_sequence_check: CHECK ((sequence > 0))
  notices_sequence_key: UNIQUE (sequence)
  CREATE INDEX notices_new ON federation.notices USING btree (xid, notice_id) WHERE (sequence IS NULL)
  CREATE INDEX notices_of_tenant ON federation.notices USING btree (tenant_id, sequence)
  CREATE UNIQUE INDEX notices_pkey ON federation.notices USING btree (notice_id)
  CREATE UNIQUE INDEX notices_sequence_key ON federation.notices USING btree (sequence)
  POLICY own FOR SELECT TO {meguri_app} USING (tenant_id = federation.reader())
  POLICY place FOR UPDATE TO {meguri_worker} USING (sequence IS NULL)
  POLICY tell FOR INSERT TO {meguri_worker} USING 
  POLICY whole FOR SELECT TO {meguri_auditor,meguri_worker} USING true
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_app
  GRANT SELECT TO meguri_auditor

federation.numbered
  one boolean NOT NULL DEFAULT true
  xid xid8 NOT NULL DEFAULT '0'::xid8
  entry_id bigint NOT NULL DEFAULT 0
  member_id bigint NOT NULL DEFAULT 0
  numbered_one_check: CHECK (one)
  numbered_pkey: PRIMARY KEY (one)
  CREATE UNIQUE INDEX numbered_pkey ON federation.numbered USING btree (one)
  GRANT SELECT TO meguri_auditor
  GRANT SELECT TO meguri_sealer
  GRANT SELECT TO meguri_worker

federation.pins
  carrier text NOT NULL
  digest bytea NOT NULL
  wrong_tries smallint NOT NULL DEFAULT 0
  pins_digest_check: CHECK ((length(digest) = 32))
  pins_pkey: PRIMARY KEY (carrier)
  pins_wrong_tries_check: CHECK (((wrong_tries >= 0) AND (wrong_tries <= 5)))
  CREATE UNIQUE INDEX pins_pkey ON federation.pins USING btree (carrier)
  GRANT DELETE, INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_counter
  GRANT SELECT TO meguri_desk

federation.places
  after_number bigint NOT NULL
  first_sequence bigint NOT NULL
  notices bigint NOT NULL
  places_after_number_check: CHECK ((after_number >= 0))
  places_check1: CHECK ((notices >= (first_sequence - after_number)))
  places_check: CHECK ((first_sequence > after_number))
  places_first_sequence_key: UNIQUE (first_sequence)
  places_pkey: PRIMARY KEY (after_number)
  CREATE UNIQUE INDEX places_first_sequence_key ON federation.places USING btree (first_sequence)
  CREATE UNIQUE INDEX places_pkey ON federation.places USING btree (after_number)
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_app
  GRANT SELECT TO meguri_auditor

federation.postings
  member_id bigint
  entry_id bigint
  account text
  points bigint
  GRANT SELECT TO meguri_auditor
  GRANT SELECT TO meguri_worker

federation.profiles
  member_id bigint NOT NULL
  name text
  kana text
  birth_on date
  sex text
  postcode text
  phone text
  email text
  external_id text
  updated_at timestamp with time zone NOT NULL
  birth_changes smallint NOT NULL DEFAULT 0
  profiles_phone_check: CHECK ((phone ~ '^0[0-9]{9,10}$'::text))
  profiles_pkey: PRIMARY KEY (member_id)
  profiles_postcode_check: CHECK ((postcode ~ '^[0-9]{7}$'::text))
  profiles_sex_check: CHECK ((sex = ANY (ARRAY['female'::text, 'male'::text, 'other'::text])))
  CREATE INDEX profiles_by_email ON federation.profiles USING btree (lower(email)) WHERE (email IS NOT NULL)
  CREATE INDEX profiles_by_kana ON federation.profiles USING btree (kana text_pattern_ops, member_id) WHERE (kana IS NOT NULL)
  CREATE INDEX profiles_by_name ON federation.profiles USING btree (name text_pattern_ops, member_id) WHERE (name IS NOT NULL)
  CREATE UNIQUE INDEX profiles_pkey ON federation.profiles USING btree (member_id)
  GRANT DELETE, INSERT, SELECT, UPDATE TO meguri_worker

federation.receipts
  shop_id bigint NOT NULL
  business_date date NOT NULL
  receipt_till text NOT NULL
  receipt_no text NOT NULL
  tenant_id bigint NOT NULL
  slip text NOT NULL
  booked_at timestamp with time zone NOT NULL
  slip_shop_id bigint
  receipts_pkey: PRIMARY KEY (shop_id, business_date, receipt_till, receipt_no)
  CREATE UNIQUE INDEX receipts_pkey ON federation.receipts USING btree (shop_id, business_date, receipt_till, receipt_no)
  POLICY desk FOR ALL TO {meguri_desk} USING true
  POLICY own FOR SELECT TO {meguri_app} USING (tenant_id = federation.reader())
  POLICY whole FOR SELECT TO {meguri_auditor,meguri_worker} USING true
  GRANT DELETE, INSERT, SELECT TO meguri_desk
  GRANT SELECT TO meguri_app
  GRANT SELECT TO meguri_auditor
  GRANT SELECT TO meguri_worker

federation.shortages
  member_id bigint NOT NULL
  entry_id bigint NOT NULL
  part smallint NOT NULL
  tenant_id bigint NOT NULL
  shop_id bigint NOT NULL
  funder_id bigint NOT NULL
  rule text NOT NULL
  scheme_id integer NOT NULL
  met text NOT NULL
  points bigint NOT NULL
  points_paid bigint NOT NULL DEFAULT 0
  undone boolean NOT NULL DEFAULT false
  cycle_id integer NOT NULL
  booked_at timestamp with time zone NOT NULL
  shortages_check1: CHECK (((points_paid = 0) OR (met = 'owed'::text)))
  shortages_check: CHECK (((points_paid >= 0) AND (points_paid <= points)))
  shortages_met_check: CHECK ((met = ANY (ARRAY['deducted'::text, 'owed'::text, 'waived'::text])))
  shortages_pkey: PRIMARY KEY (member_id, entry_id, part)
  shortages_points_check: CHECK ((points > 0))
  CREATE INDEX shortages_owed ON federation.shortages USING btree (member_id) WHERE ((met = 'owed'::text) AND (points_paid < points) AND (NOT undone))
  CREATE UNIQUE INDEX shortages_pkey ON federation.shortages USING btree (member_id, entry_id, part)
  POLICY desk FOR ALL TO {meguri_desk} USING true
  POLICY own FOR SELECT TO {meguri_app} USING ((tenant_id = federation.reader()) OR (funder_id = federation.reader()))
  POLICY whole FOR SELECT TO {meguri_auditor,meguri_counter,meguri_worker} USING true
  POLICY whole_sealer FOR SELECT TO {meguri_sealer} USING true
  GRANT INSERT, SELECT TO meguri_desk
  GRANT SELECT TO meguri_app
  GRANT SELECT TO meguri_auditor
  GRANT SELECT TO meguri_counter
  GRANT SELECT TO meguri_sealer
  GRANT SELECT TO meguri_worker

federation.slips
  shop_id bigint NOT NULL
  slip text NOT NULL
  tenant_id bigint NOT NULL
  member_id bigint
  client_id text NOT NULL
  fingerprint bytea NOT NULL
  booked_at timestamp with time zone NOT NULL
  offline boolean NOT NULL DEFAULT false
  slips_pkey: PRIMARY KEY (shop_id, slip)
  CREATE UNIQUE INDEX slips_pkey ON federation.slips USING btree (shop_id, slip)
  POLICY desk FOR ALL TO {meguri_desk} USING true
  POLICY own FOR SELECT TO {meguri_app} USING (tenant_id = federation.reader())
  POLICY whole FOR SELECT TO {meguri_auditor,meguri_worker} USING true
  GRANT INSERT, SELECT TO meguri_desk
  GRANT SELECT TO meguri_app
  GRANT SELECT TO meguri_auditor
  GRANT SELECT TO meguri_worker

federation.stocks
  stock text NOT NULL
  total bigint NOT NULL
  used bigint NOT NULL DEFAULT 0
  stocks_pkey: PRIMARY KEY (stock)
  stocks_stock_check: CHECK ((stock ~ '^[a-z][a-z-]*:[A-Za-z0-9_.:-]{1,80}$'::text))
  stocks_total_check: CHECK ((total >= 0))
  stocks_used_check: CHECK (((used >= 0) AND (used <= total)))
  CREATE UNIQUE INDEX stocks_pkey ON federation.stocks USING btree (stock)
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_auditor
  GRANT SELECT TO meguri_counter
  GRANT SELECT TO meguri_desk

federation.tenders
  member_id bigint NOT NULL
  entry_id bigint NOT NULL
  paid_yen jsonb NOT NULL
  tenders_paid_yen_check: CHECK ((jsonb_typeof(paid_yen) = 'object'::text))
  tenders_pkey: PRIMARY KEY (member_id, entry_id)
  CREATE UNIQUE INDEX tenders_pkey ON federation.tenders USING btree (member_id, entry_id)
  GRANT INSERT, SELECT TO meguri_desk
  GRANT SELECT TO meguri_auditor
  GRANT SELECT TO meguri_worker

federation.traits
  member_id bigint NOT NULL
  trait text NOT NULL
  from_on date NOT NULL
  to_on date NOT NULL
  traits_check: CHECK ((to_on >= from_on))
  traits_pkey: PRIMARY KEY (member_id, trait, from_on)
  traits_trait_check: CHECK ((trait ~ '^[a-z][a-z-]*:[A-Za-z0-9_.:-]{1,80}$'::text))
  CREATE UNIQUE INDEX traits_pkey ON federation.traits USING btree (member_id, trait, from_on)
  GRANT DELETE, INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_auditor
  GRANT SELECT TO meguri_counter
  GRANT SELECT TO meguri_desk

federation.used
  member_id bigint NOT NULL
  rule text NOT NULL
  used_on date NOT NULL
  points bigint NOT NULL
  used_pkey: PRIMARY KEY (member_id, rule, used_on)
  used_points_check: CHECK ((points >= 0))
  CREATE UNIQUE INDEX used_pkey ON federation.used USING btree (member_id, rule, used_on)
  GRANT INSERT, SELECT TO meguri_desk
  GRANT SELECT TO meguri_auditor
  GRANT SELECT TO meguri_counter
  GRANT SELECT TO meguri_worker

federation.wallets
  member_id bigint NOT NULL
  points bigint NOT NULL DEFAULT 0
  points_held bigint NOT NULL DEFAULT 0
  points_owed bigint NOT NULL DEFAULT 0
  rank text NOT NULL DEFAULT 'general'::text
  state text NOT NULL DEFAULT 'active'::text
  next_expires_on date
  next_expiring_points bigint NOT NULL DEFAULT 0
  next_change_at timestamp with time zone
  slides_on date
  rank_since date
  rank_before text
  wallets_check: CHECK (((points_held >= 0) AND (points_held <= points)))
  wallets_gone_check: CHECK (((state <> ALL (ARRAY['merged'::text, 'withdrawn'::text])) OR (points = 0)))
  wallets_member_id_fkey: FOREIGN KEY (member_id) REFERENCES federation.members(member_id)
  wallets_next_expires_on_check: CHECK (((next_expires_on IS NULL) = (points = points_held)))
  wallets_next_expiring_points_check: CHECK (((next_expiring_points >= 0) AND (next_expiring_points <= (points - points_held))))
  wallets_pkey: PRIMARY KEY (member_id)
  wallets_points_check: CHECK ((points >= 0))
  wallets_points_owed_check: CHECK ((points_owed >= 0))
  wallets_state_check: CHECK ((state = ANY (ARRAY['active'::text, 'unregistered'::text, 'frozen'::text, 'merged'::text, 'withdrawn'::text])))
  CREATE INDEX wallets_due ON federation.wallets USING btree (next_expires_on) WHERE (next_expires_on IS NOT NULL)
  CREATE UNIQUE INDEX wallets_pkey ON federation.wallets USING btree (member_id)
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_auditor
  GRANT SELECT TO meguri_counter
  GRANT SELECT TO meguri_desk

federation.watched
  one boolean NOT NULL DEFAULT true
  next_look_at timestamp with time zone NOT NULL DEFAULT '-infinity'::timestamp with time zone
  looked_at timestamp with time zone
  since xid8
  promises jsonb NOT NULL DEFAULT '[]'::jsonb
  watched_one_check: CHECK (one)
  watched_pkey: PRIMARY KEY (one)
  CREATE UNIQUE INDEX watched_pkey ON federation.watched USING btree (one)
  GRANT SELECT TO meguri_auditor
  GRANT SELECT TO meguri_worker

jobs.procrastinate_events
  GRANT DELETE, INSERT, SELECT, UPDATE TO meguri_worker
  GRANT SELECT TO meguri_auditor

jobs.procrastinate_jobs
  GRANT DELETE, INSERT, SELECT, UPDATE TO meguri_worker
  GRANT SELECT TO meguri_auditor

jobs.procrastinate_periodic_defers
  GRANT DELETE, INSERT, SELECT, UPDATE TO meguri_worker
  GRANT SELECT TO meguri_auditor

jobs.procrastinate_workers
  GRANT DELETE, INSERT, SELECT, UPDATE TO meguri_worker
  GRANT SELECT TO meguri_auditor

jobs.runs
  GRANT DELETE, INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_auditor

settlement.accepted
  cycle_id integer NOT NULL
  party_id bigint NOT NULL
  accepted_by text NOT NULL
  accepted_at timestamp with time zone NOT NULL
  accepted_accepted_by_check: CHECK ((accepted_by <> ''::text))
  accepted_cycle_id_party_id_fkey: FOREIGN KEY (cycle_id, party_id) REFERENCES settlement.statements(cycle_id, party_id)
  accepted_pkey: PRIMARY KEY (cycle_id, party_id)
  CREATE UNIQUE INDEX accepted_pkey ON settlement.accepted USING btree (cycle_id, party_id)
  POLICY accept FOR INSERT TO {meguri_worker} USING 
  POLICY own FOR SELECT TO {meguri_app} USING (party_id = federation.reader())
  POLICY whole FOR SELECT TO {meguri_auditor,meguri_worker} USING true
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_app
  GRANT SELECT TO meguri_auditor

settlement.adjustments
  cycle_id integer NOT NULL
  party_id bigint NOT NULL
  kind text NOT NULL
  yen bigint NOT NULL
  of_cycle_id integer NOT NULL
  of_party_id bigint NOT NULL
  of_code smallint
  of_original smallint
  dispute_id text
  reference text
  in_statement boolean NOT NULL DEFAULT false
  code smallint
  tax_bp integer
  adjustments_check1: CHECK (((reference IS NOT NULL) = (kind = 'carried'::text)))
  adjustments_check2: CHECK (((of_code IS NULL) = (kind = 'carried'::text)))
  adjustments_check: CHECK (((dispute_id IS NULL) = (kind = 'carried'::text)))
  adjustments_cycle_id_fkey: FOREIGN KEY (cycle_id) REFERENCES federation.cycles(cycle_id)
  adjustments_dispute_id_fkey: FOREIGN KEY (dispute_id) REFERENCES settlement.disputes(dispute_id)
  adjustments_in_statement_check: CHECK (((NOT in_statement) OR ((kind = ANY (ARRAY['released'::text, 'corrected'::text])) AND (code IS NOT NULL))))
  adjustments_kind_check: CHECK ((kind = ANY (ARRAY['held'::text, 'released'::text, 'corrected'::text, 'carried'::text])))
  adjustments_of_cycle_id_fkey: FOREIGN KEY (of_cycle_id) REFERENCES federation.cycles(cycle_id)
  adjustments_of_party_id_fkey: FOREIGN KEY (of_party_id) REFERENCES tenants.parties(party_id)
  adjustments_party_id_fkey: FOREIGN KEY (party_id) REFERENCES tenants.parties(party_id)
  adjustments_reference_fkey: FOREIGN KEY (reference) REFERENCES settlement.payments(reference)
  adjustments_tax_bp_check: CHECK (((tax_bp >= 0) AND (tax_bp <= 10000)))
  CREATE INDEX adjustments_of_party ON settlement.adjustments USING btree (party_id, cycle_id)
  CREATE UNIQUE INDEX adjustments_once ON settlement.adjustments USING btree (dispute_id, reference, party_id, kind, code) NULLS NOT DISTINCT
  POLICY adjust FOR INSERT TO {meguri_worker} USING 
  POLICY own FOR SELECT TO {meguri_app} USING (party_id = federation.reader())
  POLICY whole FOR SELECT TO {meguri_auditor,meguri_worker} USING true
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_app
  GRANT SELECT TO meguri_auditor

settlement.approvals
  cycle_id integer NOT NULL
  plan smallint NOT NULL
  prepared_by text NOT NULL
  approved_by text NOT NULL
  approved_at timestamp with time zone NOT NULL
  sha256 bytea NOT NULL
  approvals_approved_by_check: CHECK ((approved_by <> ''::text))
  approvals_check: CHECK ((approved_by <> prepared_by))
  approvals_cycle_id_plan_prepared_by_fkey: FOREIGN KEY (cycle_id, plan, prepared_by) REFERENCES settlement.plans(cycle_id, plan, prepared_by)
  approvals_pkey: PRIMARY KEY (cycle_id, plan)
  approvals_sha256_check: CHECK ((length(sha256) = 32))
  CREATE UNIQUE INDEX approvals_pkey ON settlement.approvals USING btree (cycle_id, plan)
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_auditor

settlement.bank_accounts
  party_id bigint NOT NULL
  purpose text NOT NULL
  from_on date NOT NULL
  entered_at timestamp with time zone NOT NULL
  closed boolean NOT NULL DEFAULT false
  bank text NOT NULL
  branch text NOT NULL
  deposit text NOT NULL
  number text NOT NULL
  number_end text NOT NULL
  holder text NOT NULL
  customer text NOT NULL DEFAULT ''::text
  author text NOT NULL
  reason text NOT NULL
  bank_accounts_author_check: CHECK ((author <> ''::text))
  bank_accounts_bank_check: CHECK ((bank ~ '^[0-9]{4}$'::text))
  bank_accounts_branch_check: CHECK ((branch ~ '^[0-9]{3}$'::text))
  bank_accounts_check: CHECK (((purpose = 'debtor'::text) = (customer <> ''::text)))
  bank_accounts_customer_check: CHECK ((customer ~ '^[0-9]{0,20}$'::text))
  bank_accounts_deposit_check: CHECK ((deposit ~ '^[12349]$'::text))
  bank_accounts_holder_check: CHECK (((length(holder) >= 1) AND (length(holder) <= 30)))
  bank_accounts_number_check: CHECK ((number ~ '^[0-9]{7}$'::text))
  bank_accounts_party_id_fkey: FOREIGN KEY (party_id) REFERENCES tenants.parties(party_id)
  bank_accounts_pkey: PRIMARY KEY (party_id, purpose, from_on, entered_at)
  bank_accounts_purpose_check: CHECK ((purpose = ANY (ARRAY['payee'::text, 'debtor'::text])))
  bank_accounts_reason_check: CHECK ((reason <> ''::text))
  CREATE UNIQUE INDEX bank_accounts_pkey ON settlement.bank_accounts USING btree (party_id, purpose, from_on, entered_at)
  POLICY enter FOR INSERT TO {meguri_worker} USING 
  POLICY own FOR SELECT TO {meguri_app} USING (party_id = federation.reader())
  POLICY whole FOR SELECT TO {meguri_auditor,meguri_worker} USING true
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_auditor

settlement.bank_profiles
  from_on date NOT NULL
  entered_at timestamp with time zone NOT NULL
  originator_code text NOT NULL
  holder text NOT NULL
  bank text NOT NULL
  branch text NOT NULL
  deposit text NOT NULL
  number text NOT NULL
  transfer_lead_bank_days smallint NOT NULL
  transfer_until time without time zone NOT NULL
  debit_lead_bank_days smallint NOT NULL
  debit_until time without time zone NOT NULL
  debit_day smallint NOT NULL
  ahead_bank_days smallint NOT NULL
  most_transfers integer NOT NULL
  most_debits integer NOT NULL
  ending text NOT NULL
  takes_test_bank boolean NOT NULL
  author text NOT NULL
  reason text NOT NULL
  payer_fees_yen ARRAY NOT NULL DEFAULT '{}'::integer[]
  bank_profiles_ahead_bank_days_check: CHECK (((ahead_bank_days >= 1) AND (ahead_bank_days <= 60)))
  bank_profiles_author_check: CHECK ((author <> ''::text))
  bank_profiles_bank_check: CHECK ((bank ~ '^[0-9]{4}$'::text))
  bank_profiles_branch_check: CHECK ((branch ~ '^[0-9]{3}$'::text))
  bank_profiles_debit_day_check: CHECK (((debit_day >= 1) AND (debit_day <= 28)))
  bank_profiles_debit_lead_bank_days_check: CHECK (((debit_lead_bank_days >= 0) AND (debit_lead_bank_days <= 20)))
  bank_profiles_deposit_check: CHECK ((deposit ~ '^[129]$'::text))
  bank_profiles_ending_check: CHECK ((ending = ANY (ARRAY['CRLF'::text, 'NONE'::text])))
  bank_profiles_holder_check: CHECK (((length(holder) >= 1) AND (length(holder) <= 40)))
  bank_profiles_most_debits_check: CHECK (((most_debits >= 1) AND (most_debits <= 999999)))
  bank_profiles_most_transfers_check: CHECK (((most_transfers >= 1) AND (most_transfers <= 999999)))
  bank_profiles_number_check: CHECK ((number ~ '^[0-9]{7}$'::text))
  bank_profiles_originator_code_check: CHECK ((originator_code ~ '^[0-9]{10}$'::text))
  bank_profiles_payer_fees_yen_check: CHECK (((cardinality(payer_fees_yen) <= 20) AND (0 < ALL (payer_fees_yen))))
  bank_profiles_pkey: PRIMARY KEY (from_on, entered_at)
  bank_profiles_reason_check: CHECK ((reason <> ''::text))
  bank_profiles_transfer_lead_bank_days_check: CHECK (((transfer_lead_bank_days >= 0) AND (transfer_lead_bank_days <= 20)))
  CREATE UNIQUE INDEX bank_profiles_pkey ON settlement.bank_profiles USING btree (from_on, entered_at)
  POLICY enter FOR INSERT TO {meguri_worker} USING 
  POLICY whole FOR SELECT TO {meguri_auditor,meguri_worker} USING true
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_auditor

settlement.bank_uploads
  sha256 bytea NOT NULL
  kind text NOT NULL
  cycle_id integer
  plan smallint
  body bytea NOT NULL
  taken_by text NOT NULL
  taken_at timestamp with time zone NOT NULL
  answer text NOT NULL
  bank_uploads_check1: CHECK ((sha256 = sha256(body)))
  bank_uploads_check: CHECK (((kind = 'debit-results'::text) = (cycle_id IS NOT NULL)))
  bank_uploads_cycle_id_plan_fkey: FOREIGN KEY (cycle_id, plan) REFERENCES settlement.plans(cycle_id, plan)
  bank_uploads_kind_check: CHECK ((kind = ANY (ARRAY['debit-results'::text, 'statement'::text])))
  bank_uploads_pkey: PRIMARY KEY (sha256)
  bank_uploads_sha256_check: CHECK ((length(sha256) = 32))
  bank_uploads_taken_by_check: CHECK ((taken_by <> ''::text))
  CREATE UNIQUE INDEX bank_uploads_answer_once ON settlement.bank_uploads USING btree (cycle_id, plan)
  CREATE UNIQUE INDEX bank_uploads_pkey ON settlement.bank_uploads USING btree (sha256)
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_auditor

settlement.break_states
  break_id text NOT NULL
  number integer NOT NULL
  party_id bigint NOT NULL
  state text NOT NULL
  class text NOT NULL
  told bigint NOT NULL
  found bigint NOT NULL
  behind text NOT NULL
  author text NOT NULL
  reason text NOT NULL
  at timestamp with time zone NOT NULL
  break_states_author_check: CHECK ((author <> ''::text))
  break_states_break_id_fkey: FOREIGN KEY (break_id) REFERENCES settlement.breaks(break_id)
  break_states_class_check: CHECK ((class = ANY (ARRAY['timing'::text, 'missing'::text, 'amount'::text, 'duplicate'::text])))
  break_states_number_check: CHECK ((number > 0))
  break_states_party_id_fkey: FOREIGN KEY (party_id) REFERENCES tenants.parties(party_id)
  break_states_pkey: PRIMARY KEY (break_id, number)
  break_states_reason_check: CHECK ((reason <> ''::text))
  break_states_state_check: CHECK ((state = ANY (ARRAY['open'::text, 'explained'::text, 'resolved'::text])))
  CREATE UNIQUE INDEX break_states_pkey ON settlement.break_states USING btree (break_id, number)
  POLICY follow FOR INSERT TO {meguri_worker} USING 
  POLICY own FOR SELECT TO {meguri_app} USING (party_id = federation.reader())
  POLICY whole FOR SELECT TO {meguri_auditor,meguri_worker} USING true
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_app
  GRANT SELECT TO meguri_auditor

settlement.breaks
  break_id text NOT NULL
  party_id bigint NOT NULL
  leg text NOT NULL
  subject text NOT NULL
  figure text NOT NULL
  business_date date NOT NULL
  found_at timestamp with time zone NOT NULL
  breaks_break_id_check: CHECK ((break_id ~ '^b_[0-9a-f]{16}$'::text))
  breaks_figure_check: CHECK ((figure <> ''::text))
  breaks_leg_check: CHECK ((leg = ANY (ARRAY['till-hub'::text, 'hub-statement'::text, 'statement-payout'::text])))
  breaks_leg_subject_figure_party_id_key: UNIQUE (leg, subject, figure, party_id)
  breaks_party_id_fkey: FOREIGN KEY (party_id) REFERENCES tenants.parties(party_id)
  breaks_pkey: PRIMARY KEY (break_id)
  breaks_subject_check: CHECK ((subject <> ''::text))
  CREATE INDEX breaks_of_party ON settlement.breaks USING btree (party_id, business_date)
  CREATE UNIQUE INDEX breaks_leg_subject_figure_party_id_key ON settlement.breaks USING btree (leg, subject, figure, party_id)
  CREATE UNIQUE INDEX breaks_pkey ON settlement.breaks USING btree (break_id)
  POLICY find FOR INSERT TO {meguri_worker} USING 
  POLICY own FOR SELECT TO {meguri_app} USING (party_id = federation.reader())
  POLICY whole FOR SELECT TO {meguri_auditor,meguri_worker} USING true
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_app
  GRANT SELECT TO meguri_auditor

settlement.caps
  version integer NOT NULL
  party_id bigint NOT NULL
  from_on date NOT NULL
  warning_yen bigint
  refusal_yen bigint
  author text NOT NULL
  reason text NOT NULL
  agreed_at timestamp with time zone NOT NULL
  caps_author_check: CHECK ((author <> ''::text))
  caps_check: CHECK ((warning_yen <= refusal_yen))
  caps_party_id_fkey: FOREIGN KEY (party_id) REFERENCES tenants.tenants(tenant_id)
  caps_pkey: PRIMARY KEY (version)
  caps_reason_check: CHECK ((reason <> ''::text))
  caps_refusal_yen_check: CHECK ((refusal_yen >= 0))
  caps_warning_yen_check: CHECK ((warning_yen >= 0))
  CREATE INDEX caps_of_party ON settlement.caps USING btree (party_id, from_on)
  CREATE UNIQUE INDEX caps_pkey ON settlement.caps USING btree (version)
  POLICY agree FOR INSERT TO {meguri_worker} USING 
  POLICY own FOR SELECT TO {meguri_app} USING (party_id = federation.reader())
  POLICY whole FOR SELECT TO {meguri_auditor,meguri_worker} USING true
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_app
  GRANT SELECT TO meguri_auditor

settlement.conditions
  cycle_id integer NOT NULL
  party_id bigint NOT NULL
  terms text
  carried_yen bigint
  units text
  adjustments text
  conditions_cycle_id_fkey: FOREIGN KEY (cycle_id) REFERENCES settlement.cycles(cycle_id)
  conditions_party_id_fkey: FOREIGN KEY (party_id) REFERENCES tenants.parties(party_id)
  conditions_pkey: PRIMARY KEY (cycle_id, party_id)
  CREATE UNIQUE INDEX conditions_pkey ON settlement.conditions USING btree (cycle_id, party_id)
  POLICY close FOR INSERT TO {meguri_worker} USING 
  POLICY own FOR SELECT TO {meguri_app} USING (party_id = federation.reader())
  POLICY whole FOR SELECT TO {meguri_auditor,meguri_worker} USING true
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_app
  GRANT SELECT TO meguri_auditor

settlement.counts
  cycle_id integer NOT NULL
  party_id bigint NOT NULL
  code smallint NOT NULL
  original smallint NOT NULL
  entries bigint NOT NULL
  counts_cycle_id_fkey: FOREIGN KEY (cycle_id) REFERENCES federation.cycles(cycle_id)
  counts_entries_check: CHECK ((entries > 0))
  counts_party_id_fkey: FOREIGN KEY (party_id) REFERENCES tenants.parties(party_id)
  counts_pkey: PRIMARY KEY (cycle_id, party_id, code, original)
  CREATE UNIQUE INDEX counts_pkey ON settlement.counts USING btree (cycle_id, party_id, code, original)
  POLICY roll FOR ALL TO {meguri_worker} USING true
  POLICY whole FOR SELECT TO {meguri_auditor} USING true
  GRANT DELETE, INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_auditor

settlement.cycles
  cycle_id integer NOT NULL
  state text NOT NULL DEFAULT 'open'::text
  stage text NOT NULL DEFAULT 'begun'::text
  scheme_id integer
  closed_by text NOT NULL
  begun_at timestamp with time zone NOT NULL
  closed_at timestamp with time zone
  sealed_at timestamp with time zone
  cycles_check1: CHECK (((state = 'open'::text) = (closed_at IS NULL)))
  cycles_check2: CHECK (((stage = 'sealed'::text) = (sealed_at IS NOT NULL)))
  cycles_check: CHECK (((state = 'open'::text) = (stage = ANY (ARRAY['begun'::text, 'lapsed'::text]))))
  cycles_cycle_id_fkey: FOREIGN KEY (cycle_id) REFERENCES federation.cycles(cycle_id)
  cycles_pkey: PRIMARY KEY (cycle_id)
  cycles_scheme_id_fkey: FOREIGN KEY (scheme_id) REFERENCES tenants.schemes(scheme_id)
  cycles_stage_check: CHECK ((stage = ANY (ARRAY['begun'::text, 'lapsed'::text, 'shut'::text, 'summed'::text, 'stated'::text, 'sealed'::text])))
  cycles_state_check: CHECK ((state = ANY (ARRAY['open'::text, 'closed'::text, 'confirmed'::text, 'approved'::text, 'sent'::text, 'settled'::text, 'returned'::text])))
  CREATE UNIQUE INDEX cycles_pkey ON settlement.cycles USING btree (cycle_id)
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_app
  GRANT SELECT TO meguri_auditor

settlement.disputes
  dispute_id text NOT NULL
  cycle_id integer NOT NULL
  party_id bigint NOT NULL
  code smallint NOT NULL
  original smallint
  yen bigint NOT NULL
  reason text NOT NULL
  evidence text NOT NULL
  opened_by text NOT NULL
  opened_at timestamp with time zone NOT NULL
  deadline_on date NOT NULL
  state text NOT NULL DEFAULT 'open'::text
  decided_by text
  decided_at timestamp with time zone
  decision text
  adjusted_yen bigint
  paid_in integer
  disputes_check1: CHECK (((state = 'open'::text) = (decided_at IS NULL)))
  disputes_check2: CHECK (((state = 'open'::text) = (decision IS NULL)))
  disputes_check3: CHECK (((state = 'open'::text) = (paid_in IS NULL)))
  disputes_check4: CHECK (((state = 'upheld'::text) = (adjusted_yen IS NOT NULL)))
  disputes_check5: CHECK ((decided_by <> opened_by))
  disputes_check6: CHECK ((paid_in > cycle_id))
  disputes_check: CHECK (((state = 'open'::text) = (decided_by IS NULL)))
  disputes_cycle_id_party_id_code_original_key: UNIQUE NULLS NOT DISTINCT (cycle_id, party_id, code, original)
  disputes_cycle_id_party_id_fkey: FOREIGN KEY (cycle_id, party_id) REFERENCES settlement.statements(cycle_id, party_id)
  disputes_decision_check: CHECK ((decision <> ''::text))
  disputes_dispute_id_check: CHECK ((dispute_id ~ '^d_[0-9a-f]{16}$'::text))
  disputes_paid_in_fkey: FOREIGN KEY (paid_in) REFERENCES federation.cycles(cycle_id)
  disputes_pkey: PRIMARY KEY (dispute_id)
  disputes_reason_check: CHECK ((reason <> ''::text))
  disputes_state_check: CHECK ((state = ANY (ARRAY['open'::text, 'upheld'::text, 'rejected'::text])))
  disputes_yen_check: CHECK ((yen <> 0))
  CREATE UNIQUE INDEX disputes_cycle_id_party_id_code_original_key ON settlement.disputes USING btree (cycle_id, party_id, code, original) NULLS NOT DISTINCT
  CREATE UNIQUE INDEX disputes_pkey ON settlement.disputes USING btree (dispute_id)
  POLICY decide FOR UPDATE TO {meguri_worker} USING (state = 'open'::text)
  POLICY object FOR INSERT TO {meguri_worker} USING 
  POLICY own FOR SELECT TO {meguri_app} USING (party_id = federation.reader())
  POLICY whole FOR SELECT TO {meguri_auditor,meguri_worker} USING true
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_app
  GRANT SELECT TO meguri_auditor

settlement.exposure_levels
  party_id bigint NOT NULL
  number integer NOT NULL
  level text NOT NULL
  owed_yen bigint NOT NULL
  prefunded_yen bigint NOT NULL
  exposure_yen bigint NOT NULL
  warning_yen bigint
  refusal_yen bigint
  author text NOT NULL
  reason text NOT NULL
  at timestamp with time zone NOT NULL
  exposure_levels_author_check: CHECK ((author <> ''::text))
  exposure_levels_exposure_yen_check: CHECK ((exposure_yen >= 0))
  exposure_levels_level_check: CHECK ((level = ANY (ARRAY['clear'::text, 'warned'::text, 'refused'::text])))
  exposure_levels_number_check: CHECK ((number > 0))
  exposure_levels_owed_yen_check: CHECK ((owed_yen >= 0))
  exposure_levels_party_id_fkey: FOREIGN KEY (party_id) REFERENCES tenants.tenants(tenant_id)
  exposure_levels_pkey: PRIMARY KEY (party_id, number)
  exposure_levels_prefunded_yen_check: CHECK ((prefunded_yen >= 0))
  exposure_levels_reason_check: CHECK ((reason <> ''::text))
  CREATE UNIQUE INDEX exposure_levels_pkey ON settlement.exposure_levels USING btree (party_id, number)
  POLICY own FOR SELECT TO {meguri_app} USING (party_id = federation.reader())
  POLICY pass FOR INSERT TO {meguri_worker} USING 
  POLICY whole FOR SELECT TO {meguri_auditor,meguri_worker} USING true
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_app
  GRANT SELECT TO meguri_auditor

settlement.exposure_proposals
  proposal_id bigint NOT NULL
  party_id bigint NOT NULL
  kind text NOT NULL
  on_day date NOT NULL
  warning_yen bigint
  refusal_yen bigint
  yen bigint
  reason text NOT NULL
  proposed_by text NOT NULL
  proposed_at timestamp with time zone NOT NULL
  state text NOT NULL DEFAULT 'proposed'::text
  decided_by text
  decided_at timestamp with time zone
  exposure_four_eyes: CHECK (((decided_by = proposed_by) = (state = 'withdrawn'::text)))
  exposure_proposals_check1: CHECK (((kind = 'deposit'::text) = (yen IS NOT NULL)))
  exposure_proposals_check2: CHECK (((kind = 'cap'::text) OR (num_nonnulls(warning_yen, refusal_yen) = 0)))
  exposure_proposals_check3: CHECK ((num_nonnulls(decided_by, decided_at) =
CASE state
    WHEN 'proposed'::text THEN 0
    ELSE 2
END))
  exposure_proposals_check: CHECK ((warning_yen <= refusal_yen))
  exposure_proposals_kind_check: CHECK ((kind = ANY (ARRAY['cap'::text, 'deposit'::text])))
  exposure_proposals_party_id_fkey: FOREIGN KEY (party_id) REFERENCES tenants.tenants(tenant_id)
  exposure_proposals_pkey: PRIMARY KEY (proposal_id)
  exposure_proposals_proposed_by_check: CHECK ((proposed_by <> ''::text))
  exposure_proposals_reason_check: CHECK ((reason <> ''::text))
  exposure_proposals_refusal_yen_check: CHECK ((refusal_yen >= 0))
  exposure_proposals_state_check: CHECK ((state = ANY (ARRAY['proposed'::text, 'approved'::text, 'rejected'::text, 'withdrawn'::text])))
  exposure_proposals_warning_yen_check: CHECK ((warning_yen >= 0))
  exposure_proposals_yen_check: CHECK ((yen <> 0))
  CREATE INDEX exposure_proposals_of_party ON settlement.exposure_proposals USING btree (party_id, proposal_id)
  CREATE UNIQUE INDEX exposure_proposals_pkey ON settlement.exposure_proposals USING btree (proposal_id)
  CREATE UNIQUE INDEX exposure_proposals_waiting ON settlement.exposure_proposals USING btree (party_id, kind) WHERE (state = 'proposed'::text)
  POLICY decide FOR UPDATE TO {meguri_worker} USING true
  POLICY propose FOR INSERT TO {meguri_worker} USING 
  POLICY whole FOR SELECT TO {meguri_auditor,meguri_worker} USING true
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_auditor

settlement.files
  cycle_id integer NOT NULL
  plan smallint NOT NULL
  kind text NOT NULL
  lines integer NOT NULL
  yen bigint NOT NULL
  sha256 bytea NOT NULL
  body bytea NOT NULL
  released_at timestamp with time zone
  files_check: CHECK ((sha256 = sha256(body)))
  files_cycle_id_plan_fkey: FOREIGN KEY (cycle_id, plan) REFERENCES settlement.plans(cycle_id, plan)
  files_kind_check: CHECK ((kind = ANY (ARRAY['zengin-21'::text, 'zengin-91'::text, 'offset-csv'::text])))
  files_lines_check: CHECK ((lines > 0))
  files_pkey: PRIMARY KEY (cycle_id, plan, kind)
  CREATE UNIQUE INDEX files_pkey ON settlement.files USING btree (cycle_id, plan, kind)
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_auditor

settlement.flows
  cycle_id integer NOT NULL
  funder_id bigint NOT NULL
  tenant_id bigint NOT NULL
  movement text NOT NULL
  kind text NOT NULL
  funding text NOT NULL
  late boolean NOT NULL
  points bigint NOT NULL
  flows_cycle_id_fkey: FOREIGN KEY (cycle_id) REFERENCES settlement.cycles(cycle_id)
  flows_funding_check: CHECK ((funding = ANY (ARRAY['at-issue'::text, 'at-redemption'::text, 'redeemer-bears'::text])))
  flows_kind_check: CHECK ((kind = ANY (ARRAY['base'::text, 'campaign'::text, 'rank'::text, 'coupon'::text])))
  flows_movement_check: CHECK ((movement = ANY (ARRAY['granted'::text, 'used'::text, 'restored'::text, 'recovered'::text, 'covered'::text, 'uncovered'::text, 'lapsed'::text, 'lapsed-to-operator'::text, 'lapsed-to-funder'::text, 'moved-out'::text, 'moved-in'::text, 'short'::text, 'unshort'::text])))
  flows_pkey: PRIMARY KEY (cycle_id, funder_id, tenant_id, movement, kind, funding, late)
  flows_points_check: CHECK ((points > 0))
  CREATE INDEX flows_of_funder ON settlement.flows USING btree (funder_id, cycle_id)
  CREATE INDEX flows_of_tenant ON settlement.flows USING btree (tenant_id, cycle_id)
  CREATE UNIQUE INDEX flows_pkey ON settlement.flows USING btree (cycle_id, funder_id, tenant_id, movement, kind, funding, late)
  POLICY close FOR INSERT TO {meguri_worker} USING 
  POLICY own FOR SELECT TO {meguri_app} USING ((funder_id = federation.reader()) OR (tenant_id = federation.reader()))
  POLICY whole FOR SELECT TO {meguri_auditor,meguri_worker} USING true
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_app
  GRANT SELECT TO meguri_auditor

settlement.folded
  one boolean NOT NULL DEFAULT true
  number bigint NOT NULL DEFAULT 0
  folded_number_check: CHECK ((number >= 0))
  folded_one_check: CHECK (one)
  folded_pkey: PRIMARY KEY (one)
  CREATE UNIQUE INDEX folded_pkey ON settlement.folded USING btree (one)
  GRANT SELECT TO meguri_auditor
  GRANT SELECT TO meguri_worker

settlement.give_take_floors
  version integer NOT NULL
  party_id bigint
  from_on date NOT NULL
  floor_bp integer
  author text NOT NULL
  reason text NOT NULL
  agreed_at timestamp with time zone NOT NULL
  give_take_floors_author_check: CHECK ((author <> ''::text))
  give_take_floors_floor_bp_check: CHECK (((floor_bp >= 0) AND (floor_bp <= 1000000)))
  give_take_floors_party_id_fkey: FOREIGN KEY (party_id) REFERENCES tenants.tenants(tenant_id)
  give_take_floors_pkey: PRIMARY KEY (version)
  give_take_floors_reason_check: CHECK ((reason <> ''::text))
  CREATE UNIQUE INDEX give_take_floors_pkey ON settlement.give_take_floors USING btree (version)
  POLICY agree FOR INSERT TO {meguri_worker} USING 
  POLICY own FOR SELECT TO {meguri_app} USING ((party_id IS NULL) OR (party_id = federation.reader()))
  POLICY whole FOR SELECT TO {meguri_auditor,meguri_worker} USING true
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_app
  GRANT SELECT TO meguri_auditor

settlement.issues
  member_id bigint
  entry_id bigint
  part smallint
  kind text
  booked_at timestamp with time zone
  issued_on date
  GRANT SELECT TO meguri_auditor
  GRANT SELECT TO meguri_worker

settlement.lines
  cycle_id integer NOT NULL
  party_id bigint NOT NULL
  code smallint NOT NULL
  original smallint
  points bigint NOT NULL
  entries bigint NOT NULL
  yen bigint
  carry text
  of_cycle_id integer
  settles text
  tax_bp integer
  lines_carry_check: CHECK ((((carry IS NOT NULL) = (code = 402)) AND (carry = ANY (ARRAY['in'::text, 'out'::text]))))
  lines_check: CHECK (((original IS NOT NULL) = (code = 401)))
  lines_cycle_id_party_id_fkey: FOREIGN KEY (cycle_id, party_id) REFERENCES settlement.statements(cycle_id, party_id)
  lines_entries_check: CHECK ((entries >= 0))
  lines_points_check: CHECK ((points >= 0))
  lines_settles_check: CHECK ((((settles IS NULL) = (of_cycle_id IS NULL)) AND ((settles IS NULL) OR (code = 401)) AND (settles = ANY (ARRAY['released'::text, 'corrected'::text])) AND (of_cycle_id < cycle_id)))
  CREATE UNIQUE INDEX lines_once ON settlement.lines USING btree (cycle_id, party_id, code, original, carry, of_cycle_id, settles) NULLS NOT DISTINCT
  POLICY close FOR INSERT TO {meguri_worker} USING 
  POLICY own FOR SELECT TO {meguri_app} USING (party_id = federation.reader())
  POLICY whole FOR SELECT TO {meguri_auditor,meguri_worker} USING true
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_app
  GRANT SELECT TO meguri_auditor

settlement.offset_consents
  party_id bigint NOT NULL
  creditor_id bigint NOT NULL
  holder_id bigint NOT NULL
  from_on date NOT NULL
  entered_at timestamp with time zone NOT NULL
  to_on date
  withdrawn boolean NOT NULL DEFAULT false
  author text NOT NULL
  reason text NOT NULL
  offset_consents_author_check: CHECK ((author <> ''::text))
  offset_consents_check1: CHECK (((party_id <> creditor_id) AND (party_id <> holder_id)))
  offset_consents_check: CHECK ((to_on >= from_on))
  offset_consents_creditor_id_fkey: FOREIGN KEY (creditor_id) REFERENCES tenants.parties(party_id)
  offset_consents_holder_id_fkey: FOREIGN KEY (holder_id) REFERENCES tenants.parties(party_id)
  offset_consents_party_id_fkey: FOREIGN KEY (party_id) REFERENCES tenants.parties(party_id)
  offset_consents_pkey: PRIMARY KEY (party_id, from_on, entered_at)
  offset_consents_reason_check: CHECK ((reason <> ''::text))
  CREATE UNIQUE INDEX offset_consents_pkey ON settlement.offset_consents USING btree (party_id, from_on, entered_at)
  POLICY enter FOR INSERT TO {meguri_worker} USING 
  POLICY own FOR SELECT TO {meguri_app} USING (party_id = federation.reader())
  POLICY whole FOR SELECT TO {meguri_auditor,meguri_worker} USING true
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_app
  GRANT SELECT TO meguri_auditor

settlement.papers
  cycle_id integer NOT NULL
  party_id bigint NOT NULL
  kind text NOT NULL
  issue integer NOT NULL
  body bytea NOT NULL
  sha256 bytea NOT NULL
  issued_at timestamp with time zone NOT NULL
  issued_by text NOT NULL
  edition text NOT NULL DEFAULT 'final'::text
  plan smallint
  papers_check: CHECK ((sha256 = sha256(body)))
  papers_cycle_id_party_id_fkey: FOREIGN KEY (cycle_id, party_id) REFERENCES settlement.statements(cycle_id, party_id)
  papers_edition_check: CHECK ((edition = ANY (ARRAY['provisional'::text, 'final'::text])))
  papers_issue_check: CHECK ((issue >= 0))
  papers_kind_check: CHECK ((kind = ANY (ARRAY['pdf'::text, 'xlsx'::text])))
  papers_pkey: PRIMARY KEY (cycle_id, party_id, kind, issue)
  CREATE UNIQUE INDEX papers_pkey ON settlement.papers USING btree (cycle_id, party_id, kind, issue)
  POLICY issue FOR INSERT TO {meguri_worker} USING 
  POLICY own FOR SELECT TO {meguri_app} USING (party_id = federation.reader())
  POLICY whole FOR SELECT TO {meguri_auditor,meguri_worker} USING true
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_app
  GRANT SELECT TO meguri_auditor

settlement.parts
  cycle_id integer
  booked_at timestamp with time zone
  member_id bigint
  entry_id bigint
  movement text
  kind text
  funding text
  funder_id bigint
  tenant_id bigint
  late boolean
  points bigint
  at_tenant_id bigint
  shop_id bigint
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_auditor

settlement.payment_routes
  party_id bigint NOT NULL
  from_on date NOT NULL
  entered_at timestamp with time zone NOT NULL
  route text NOT NULL
  author text NOT NULL
  reason text NOT NULL
  payee_fee_yen bigint NOT NULL DEFAULT 0
  payee_fee_is_small: CHECK (((payee_fee_yen >= 0) AND (payee_fee_yen <= 5000)))
  payment_routes_author_check: CHECK ((author <> ''::text))
  payment_routes_party_id_fkey: FOREIGN KEY (party_id) REFERENCES tenants.parties(party_id)
  payment_routes_pkey: PRIMARY KEY (party_id, from_on, entered_at)
  payment_routes_reason_check: CHECK ((reason <> ''::text))
  payment_routes_route_check: CHECK ((route = ANY (ARRAY['OFFSET_SALES_DEPOSIT'::text, 'TRANSFER'::text, 'DIRECT_DEBIT'::text, 'INVOICE'::text])))
  CREATE UNIQUE INDEX payment_routes_pkey ON settlement.payment_routes USING btree (party_id, from_on, entered_at)
  POLICY enter FOR INSERT TO {meguri_worker} USING 
  POLICY own FOR SELECT TO {meguri_app} USING (party_id = federation.reader())
  POLICY whole FOR SELECT TO {meguri_auditor,meguri_worker} USING true
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_app
  GRANT SELECT TO meguri_auditor

settlement.payments
  reference text NOT NULL
  cycle_id integer NOT NULL
  plan smallint NOT NULL
  number integer NOT NULL
  party_id bigint NOT NULL
  unit text
  yen bigint NOT NULL
  route text NOT NULL
  why text NOT NULL
  pays_on date NOT NULL
  account text
  customer text NOT NULL DEFAULT ''::text
  holder text NOT NULL DEFAULT ''::text
  of_reference text
  state text NOT NULL DEFAULT 'planned'::text
  difference text NOT NULL DEFAULT ''::text
  settled_yen bigint NOT NULL DEFAULT 0
  fee_yen bigint NOT NULL DEFAULT 0
  fee_of_a_transfer: CHECK (((fee_yen = 0) OR ((route = 'TRANSFER'::text) AND ((fee_yen >= 1) AND (fee_yen <= (yen - 1))))))
  payments_check1: CHECK (((route <> 'TRANSFER'::text) OR (yen > 0)))
  payments_check2: CHECK (((route <> ALL (ARRAY['DIRECT_DEBIT'::text, 'INVOICE'::text])) OR (yen < 0)))
  payments_check: CHECK (((route = ANY (ARRAY['TRANSFER'::text, 'DIRECT_DEBIT'::text])) = (account IS NOT NULL)))
  payments_cycle_id_plan_fkey: FOREIGN KEY (cycle_id, plan) REFERENCES settlement.plans(cycle_id, plan)
  payments_cycle_id_plan_number_key: UNIQUE (cycle_id, plan, number)
  payments_number_check: CHECK ((number > 0))
  payments_of_reference_fkey: FOREIGN KEY (of_reference) REFERENCES settlement.payments(reference)
  payments_party_id_fkey: FOREIGN KEY (party_id) REFERENCES tenants.parties(party_id)
  payments_pkey: PRIMARY KEY (reference)
  payments_reference_check: CHECK ((reference ~ '^[0-9]{8}-[0-9]{1,2}-[0-9]{1,5}$'::text))
  payments_route_check: CHECK ((route = ANY (ARRAY['OFFSET_SALES_DEPOSIT'::text, 'TRANSFER'::text, 'DIRECT_DEBIT'::text, 'INVOICE'::text, 'KEPT'::text, 'HELD'::text])))
  payments_settled_yen_check: CHECK ((settled_yen >= 0))
  payments_state_check: CHECK ((state = ANY (ARRAY['planned'::text, 'sent'::text, 'settled'::text, 'short'::text, 'returned'::text, 'failed'::text, 'held'::text, 'again'::text, 'carried'::text, 'void'::text])))
  CREATE INDEX payments_of_party ON settlement.payments USING btree (party_id, cycle_id)
  CREATE UNIQUE INDEX payments_cycle_id_plan_number_key ON settlement.payments USING btree (cycle_id, plan, number)
  CREATE UNIQUE INDEX payments_pkey ON settlement.payments USING btree (reference)
  POLICY follow FOR UPDATE TO {meguri_worker} USING true
  POLICY own FOR SELECT TO {meguri_app} USING (party_id = federation.reader())
  POLICY plan FOR INSERT TO {meguri_worker} USING 
  POLICY whole FOR SELECT TO {meguri_auditor,meguri_worker} USING true
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_auditor

settlement.pieces
  cycle_id integer NOT NULL
  piece integer NOT NULL
  slice integer NOT NULL
  leaves bigint NOT NULL
  peaks bytea NOT NULL
  body bytea NOT NULL
  pieces_cycle_id_fkey: FOREIGN KEY (cycle_id) REFERENCES settlement.cycles(cycle_id)
  pieces_leaves_check: CHECK ((leaves > 0))
  pieces_piece_check: CHECK ((piece >= 0))
  pieces_pkey: PRIMARY KEY (cycle_id, piece)
  pieces_slice_check: CHECK ((slice >= 0))
  CREATE UNIQUE INDEX pieces_pkey ON settlement.pieces USING btree (cycle_id, piece)
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_auditor

settlement.plans
  cycle_id integer NOT NULL
  plan smallint NOT NULL
  again boolean NOT NULL
  prepared_by text NOT NULL
  prepared_at timestamp with time zone NOT NULL
  reason text NOT NULL
  transfers_on date NOT NULL
  debits_on date NOT NULL
  plans_cycle_id_fkey: FOREIGN KEY (cycle_id) REFERENCES federation.cycles(cycle_id)
  plans_cycle_id_plan_prepared_by_key: UNIQUE (cycle_id, plan, prepared_by)
  plans_pkey: PRIMARY KEY (cycle_id, plan)
  plans_plan_check: CHECK (((plan >= 1) AND (plan <= 99)))
  plans_prepared_by_check: CHECK ((prepared_by <> ''::text))
  plans_reason_check: CHECK ((reason <> ''::text))
  CREATE UNIQUE INDEX plans_cycle_id_plan_prepared_by_key ON settlement.plans USING btree (cycle_id, plan, prepared_by)
  CREATE UNIQUE INDEX plans_pkey ON settlement.plans USING btree (cycle_id, plan)
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_auditor

settlement.positions
  cycle_id integer NOT NULL
  funder_id bigint NOT NULL
  tenant_id bigint NOT NULL
  movement text NOT NULL
  kind text NOT NULL
  funding text NOT NULL
  late boolean NOT NULL
  points bigint NOT NULL
  positions_cycle_id_fkey: FOREIGN KEY (cycle_id) REFERENCES federation.cycles(cycle_id)
  positions_funder_id_fkey: FOREIGN KEY (funder_id) REFERENCES tenants.parties(party_id)
  positions_funding_check: CHECK ((funding = ANY (ARRAY['at-issue'::text, 'at-redemption'::text, 'redeemer-bears'::text])))
  positions_kind_check: CHECK ((kind = ANY (ARRAY['base'::text, 'campaign'::text, 'rank'::text, 'coupon'::text])))
  positions_movement_check: CHECK ((movement = ANY (ARRAY['granted'::text, 'used'::text, 'restored'::text, 'recovered'::text, 'covered'::text, 'uncovered'::text, 'lapsed'::text, 'lapsed-to-operator'::text, 'lapsed-to-funder'::text, 'moved-out'::text, 'moved-in'::text, 'short'::text, 'unshort'::text])))
  positions_pkey: PRIMARY KEY (cycle_id, funder_id, tenant_id, movement, kind, funding, late)
  positions_points_check: CHECK ((points > 0))
  positions_tenant_id_fkey: FOREIGN KEY (tenant_id) REFERENCES tenants.parties(party_id)
  CREATE INDEX positions_of_tenant ON settlement.positions USING btree (cycle_id, tenant_id)
  CREATE UNIQUE INDEX positions_pkey ON settlement.positions USING btree (cycle_id, funder_id, tenant_id, movement, kind, funding, late)
  POLICY roll FOR ALL TO {meguri_worker} USING true
  POLICY whole FOR SELECT TO {meguri_auditor} USING true
  GRANT DELETE, INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_auditor

settlement.prefunding
  party_id bigint NOT NULL
  number integer NOT NULL
  moved_on date NOT NULL
  yen bigint NOT NULL
  balance_yen bigint NOT NULL
  author text NOT NULL
  reason text NOT NULL
  entered_at timestamp with time zone NOT NULL
  prefunding_author_check: CHECK ((author <> ''::text))
  prefunding_balance_yen_check: CHECK ((balance_yen >= 0))
  prefunding_number_check: CHECK ((number > 0))
  prefunding_party_id_fkey: FOREIGN KEY (party_id) REFERENCES tenants.tenants(tenant_id)
  prefunding_pkey: PRIMARY KEY (party_id, number)
  prefunding_reason_check: CHECK ((reason <> ''::text))
  prefunding_yen_check: CHECK ((yen <> 0))
  CREATE UNIQUE INDEX prefunding_pkey ON settlement.prefunding USING btree (party_id, number)
  POLICY enter FOR INSERT TO {meguri_worker} USING 
  POLICY own FOR SELECT TO {meguri_app} USING (party_id = federation.reader())
  POLICY whole FOR SELECT TO {meguri_auditor,meguri_worker} USING true
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_app
  GRANT SELECT TO meguri_auditor

settlement.profiles
  party_id bigint NOT NULL
  from_on date NOT NULL
  written_at timestamp with time zone NOT NULL
  legal_name text NOT NULL
  legal_name_en text NOT NULL
  postal_code text NOT NULL
  address text NOT NULL
  registration_number text
  contact text NOT NULL
  phone text NOT NULL
  mail text NOT NULL
  invoice_document text NOT NULL
  lang text NOT NULL
  author text NOT NULL
  reason text NOT NULL
  profiles_address_check: CHECK ((address <> ''::text))
  profiles_invoice_document_check: CHECK ((invoice_document = ANY (ARRAY['STATEMENT'::text, 'DEPOSIT_STATEMENT'::text])))
  profiles_lang_check: CHECK ((lang = ANY (ARRAY['ja'::text, 'en'::text])))
  profiles_legal_name_check: CHECK ((legal_name <> ''::text))
  profiles_party_id_fkey: FOREIGN KEY (party_id) REFERENCES tenants.parties(party_id)
  profiles_pkey: PRIMARY KEY (party_id, from_on, written_at)
  profiles_postal_code_check: CHECK ((postal_code ~ '^[0-9]{3}-[0-9]{4}$'::text))
  profiles_registration_number_check: CHECK ((registration_number ~ '^T[0-9]{13}$'::text))
  CREATE UNIQUE INDEX profiles_pkey ON settlement.profiles USING btree (party_id, from_on, written_at)
  POLICY own FOR SELECT TO {meguri_app} USING (party_id = federation.reader())
  POLICY whole FOR SELECT TO {meguri_auditor,meguri_worker} USING true
  POLICY write_down FOR INSERT TO {meguri_worker} USING 
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_app
  GRANT SELECT TO meguri_auditor

settlement.salts
  cycle_id integer NOT NULL
  salt_key bytea NOT NULL
  salts_cycle_id_fkey: FOREIGN KEY (cycle_id) REFERENCES settlement.cycles(cycle_id)
  salts_pkey: PRIMARY KEY (cycle_id)
  salts_salt_key_check: CHECK ((length(salt_key) = 32))
  CREATE UNIQUE INDEX salts_pkey ON settlement.salts USING btree (cycle_id)
  GRANT INSERT, SELECT TO meguri_worker

settlement.seals
  cycle_id integer NOT NULL
  leaves bigint NOT NULL
  previous bytea
  root bytea NOT NULL
  seal bytea NOT NULL
  seals_cycle_id_fkey: FOREIGN KEY (cycle_id) REFERENCES settlement.cycles(cycle_id)
  seals_leaves_check: CHECK ((leaves > 0))
  seals_pkey: PRIMARY KEY (cycle_id)
  seals_previous_check: CHECK ((length(previous) = 32))
  seals_previous_key: UNIQUE NULLS NOT DISTINCT (previous)
  seals_root_check: CHECK ((length(root) = 32))
  seals_seal_check: CHECK ((length(seal) = 32))
  seals_seal_key: UNIQUE (seal)
  CREATE UNIQUE INDEX seals_pkey ON settlement.seals USING btree (cycle_id)
  CREATE UNIQUE INDEX seals_previous_key ON settlement.seals USING btree (previous) NULLS NOT DISTINCT
  CREATE UNIQUE INDEX seals_seal_key ON settlement.seals USING btree (seal)
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_app
  GRANT SELECT TO meguri_auditor

settlement.shortages_after
  one boolean NOT NULL DEFAULT true
  cycle_id integer NOT NULL
  shortages_after_one_check: CHECK (one)
  shortages_after_pkey: PRIMARY KEY (one)
  CREATE UNIQUE INDEX shortages_after_pkey ON settlement.shortages_after USING btree (one)
  GRANT SELECT TO meguri_auditor
  GRANT SELECT TO meguri_worker

settlement.splits
  cycle_id integer NOT NULL
  party_id bigint NOT NULL
  unit text
  yen bigint NOT NULL
  splits_cycle_id_party_id_fkey: FOREIGN KEY (cycle_id, party_id) REFERENCES settlement.statements(cycle_id, party_id)
  splits_cycle_id_party_id_unit_key: UNIQUE NULLS NOT DISTINCT (cycle_id, party_id, unit)
  CREATE UNIQUE INDEX splits_cycle_id_party_id_unit_key ON settlement.splits USING btree (cycle_id, party_id, unit) NULLS NOT DISTINCT
  POLICY close FOR INSERT TO {meguri_worker} USING 
  POLICY own FOR SELECT TO {meguri_app} USING (party_id = federation.reader())
  POLICY whole FOR SELECT TO {meguri_auditor,meguri_worker} USING true
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_app
  GRANT SELECT TO meguri_auditor

settlement.statements
  cycle_id integer NOT NULL
  party_id bigint NOT NULL
  total_yen bigint NOT NULL
  body text NOT NULL
  statements_cycle_id_fkey: FOREIGN KEY (cycle_id) REFERENCES settlement.cycles(cycle_id)
  statements_party_id_fkey: FOREIGN KEY (party_id) REFERENCES tenants.parties(party_id)
  statements_pkey: PRIMARY KEY (cycle_id, party_id)
  CREATE UNIQUE INDEX statements_pkey ON settlement.statements USING btree (cycle_id, party_id)
  POLICY close FOR INSERT TO {meguri_worker} USING 
  POLICY own FOR SELECT TO {meguri_app} USING (party_id = federation.reader())
  POLICY whole FOR SELECT TO {meguri_auditor,meguri_worker} USING true
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_app
  GRANT SELECT TO meguri_auditor

settlement.steps
  cycle_id integer NOT NULL
  number smallint NOT NULL
  step text NOT NULL
  who text NOT NULL
  at timestamp with time zone NOT NULL
  steps_cycle_id_fkey: FOREIGN KEY (cycle_id) REFERENCES federation.cycles(cycle_id)
  steps_number_check: CHECK ((number > 0))
  steps_pkey: PRIMARY KEY (cycle_id, number)
  steps_step_check: CHECK ((step = ANY (ARRAY['confirmed'::text, 'prepared'::text, 'approved'::text, 'sent'::text, 'settled'::text, 'returned'::text])))
  steps_who_check: CHECK ((who <> ''::text))
  CREATE UNIQUE INDEX steps_pkey ON settlement.steps USING btree (cycle_id, number)
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_auditor

settlement.tax_rates
  from_on date NOT NULL
  rate_bp integer NOT NULL
  author text NOT NULL
  reason text NOT NULL
  tax_rates_pkey: PRIMARY KEY (from_on)
  tax_rates_rate_bp_check: CHECK (((rate_bp >= 0) AND (rate_bp <= 10000)))
  tax_rates_reason_check: CHECK ((reason <> ''::text))
  CREATE UNIQUE INDEX tax_rates_pkey ON settlement.tax_rates USING btree (from_on)
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_app
  GRANT SELECT TO meguri_auditor

settlement.terms
  version integer NOT NULL
  party_id bigint
  from_on date NOT NULL
  point_fee_milliyen integer
  redeem_fee_bp integer
  monthly_fee_yen integer
  terminal_fee_yen integer
  minimum_yen integer
  net_level text
  calendar text
  prorated boolean
  joined_on date
  left_on date
  author text NOT NULL
  reason text NOT NULL
  agreed_at timestamp with time zone NOT NULL
  terms_calendar_check: CHECK ((calendar = ANY (ARRAY['SEMI_MONTHLY'::text, 'MONTHLY'::text, 'WEEKLY'::text, 'DAILY'::text])))
  terms_check1: CHECK (((party_id IS NOT NULL) OR ((joined_on IS NULL) AND (left_on IS NULL))))
  terms_check2: CHECK ((left_on >= joined_on))
  terms_check: CHECK (((calendar IS NULL) OR (party_id IS NULL)))
  terms_minimum_yen_check: CHECK (((minimum_yen >= 0) AND (minimum_yen <= 1000000)))
  terms_monthly_fee_yen_check: CHECK (((monthly_fee_yen >= 0) AND (monthly_fee_yen <= 10000000)))
  terms_net_level_check: CHECK ((net_level = ANY (ARRAY['SHOP'::text, 'ENTITY_FACILITY'::text, 'ENTITY'::text])))
  terms_party_id_fkey: FOREIGN KEY (party_id) REFERENCES tenants.parties(party_id)
  terms_pkey: PRIMARY KEY (version)
  terms_point_fee_milliyen_check: CHECK (((point_fee_milliyen >= 0) AND (point_fee_milliyen <= 1000000)))
  terms_reason_check: CHECK ((reason <> ''::text))
  terms_redeem_fee_bp_check: CHECK (((redeem_fee_bp >= 0) AND (redeem_fee_bp <= 10000)))
  terms_terminal_fee_yen_check: CHECK (((terminal_fee_yen >= 0) AND (terminal_fee_yen <= 1000000)))
  CREATE INDEX terms_of_party ON settlement.terms USING btree (party_id, from_on)
  CREATE UNIQUE INDEX terms_pkey ON settlement.terms USING btree (version)
  POLICY agree FOR INSERT TO {meguri_worker} USING 
  POLICY own FOR SELECT TO {meguri_app} USING ((party_id IS NULL) OR (party_id = federation.reader()))
  POLICY whole FOR SELECT TO {meguri_auditor,meguri_worker} USING true
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_app
  GRANT SELECT TO meguri_auditor

settlement.unfolded
  cycle_id integer
  booked_at timestamp with time zone
  member_id bigint
  entry_id bigint
  movement text
  kind text
  funding text
  funder_id bigint
  tenant_id bigint
  late boolean
  points bigint
  GRANT SELECT TO meguri_auditor
  GRANT SELECT TO meguri_worker

settlement.windows
  from_on date NOT NULL
  shown_bank_days smallint NOT NULL
  objection_bank_days smallint NOT NULL
  author text NOT NULL
  reason text NOT NULL
  windows_author_check: CHECK ((author <> ''::text))
  windows_check: CHECK ((objection_bank_days >= shown_bank_days))
  windows_objection_bank_days_check: CHECK (((objection_bank_days >= 0) AND (objection_bank_days <= 20)))
  windows_pkey: PRIMARY KEY (from_on)
  windows_reason_check: CHECK ((reason <> ''::text))
  windows_shown_bank_days_check: CHECK (((shown_bank_days >= 0) AND (shown_bank_days <= 20)))
  CREATE UNIQUE INDEX windows_pkey ON settlement.windows USING btree (from_on)
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_app
  GRANT SELECT TO meguri_auditor

tenants.acts
  act_id bigint NOT NULL DEFAULT nextval('tenants.acts_ids'::regclass)
  member_id bigint NOT NULL
  what text NOT NULL
  client_id text NOT NULL
  reason text NOT NULL
  acted_at timestamp with time zone NOT NULL
  acts_pkey: PRIMARY KEY (act_id)
  acts_reason_check: CHECK ((reason <> ''::text))
  acts_what_check: CHECK ((what = ANY (ARRAY['card-replaced'::text, 'carrier-added'::text, 'carrier-removed'::text, 'frozen'::text, 'unfrozen'::text, 'profile-written'::text, 'registered'::text, 'joined'::text])))
  CREATE INDEX acts_of_member ON tenants.acts USING btree (member_id, act_id)
  CREATE UNIQUE INDEX acts_pkey ON tenants.acts USING btree (act_id)
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_auditor

tenants.area_facilities
  facility_id bigint NOT NULL
  area_id bigint NOT NULL
  area_facilities_area_id_fkey: FOREIGN KEY (area_id) REFERENCES tenants.areas(area_id)
  area_facilities_facility_id_fkey: FOREIGN KEY (facility_id) REFERENCES tenants.facilities(facility_id)
  area_facilities_pkey: PRIMARY KEY (facility_id)
  CREATE INDEX area_facilities_of_area ON tenants.area_facilities USING btree (area_id)
  CREATE UNIQUE INDEX area_facilities_pkey ON tenants.area_facilities USING btree (facility_id)
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_app
  GRANT SELECT TO meguri_auditor
  GRANT SELECT TO meguri_counter

tenants.areas
  area_id bigint NOT NULL
  code text NOT NULL
  name text NOT NULL
  name_en text NOT NULL
  areas_code_check: CHECK ((code ~ '^[a-z0-9][a-z0-9-]{0,30}$'::text))
  areas_code_key: UNIQUE (code)
  areas_name_check: CHECK ((name <> ''::text))
  areas_name_en_check: CHECK ((name_en <> ''::text))
  areas_pkey: PRIMARY KEY (area_id)
  CREATE UNIQUE INDEX areas_code_key ON tenants.areas USING btree (code)
  CREATE UNIQUE INDEX areas_pkey ON tenants.areas USING btree (area_id)
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_app
  GRANT SELECT TO meguri_auditor
  GRANT SELECT TO meguri_counter

tenants.attempts
  attempt bigint NOT NULL
  tenant_id bigint NOT NULL
  endpoint_id text NOT NULL
  delivery bigint NOT NULL
  try integer NOT NULL
  at timestamp with time zone NOT NULL
  status smallint
  failure text
  duration_ms integer NOT NULL
  attempts_check: CHECK (((status IS NULL) = (failure IS NOT NULL)))
  attempts_delivery_fkey: FOREIGN KEY (delivery) REFERENCES tenants.deliveries(delivery) ON DELETE CASCADE
  attempts_duration_ms_check: CHECK ((duration_ms >= 0))
  attempts_failure_check: CHECK ((failure = ANY (ARRAY['no-address'::text, 'no-connection'::text, 'no-tls'::text, 'no-answer'::text, 'time-out'::text])))
  attempts_pkey: PRIMARY KEY (attempt)
  attempts_try_check: CHECK ((try > 0))
  CREATE INDEX attempts_of_delivery ON tenants.attempts USING btree (delivery)
  CREATE INDEX attempts_of_endpoint ON tenants.attempts USING btree (tenant_id, endpoint_id, attempt)
  CREATE UNIQUE INDEX attempts_pkey ON tenants.attempts USING btree (attempt)
  POLICY own FOR SELECT TO {meguri_app} USING (tenant_id = federation.reader())
  POLICY whole FOR SELECT TO {meguri_auditor} USING true
  POLICY works FOR ALL TO {meguri_worker} USING true
  GRANT DELETE, INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_app
  GRANT SELECT TO meguri_auditor

tenants.batch_lines
  tenant_id bigint NOT NULL
  batch_id text NOT NULL
  line integer NOT NULL
  number bigint NOT NULL DEFAULT nextval('tenants.line_numbers'::regclass)
  content bytea NOT NULL
  state text NOT NULL DEFAULT 'received'::text
  kind text
  seq bigint
  slip text
  till text
  shop_id bigint
  carrier text
  of_slip text
  business_date date
  known_before boolean NOT NULL DEFAULT false
  over_limit boolean NOT NULL DEFAULT false
  spends_points bigint NOT NULL DEFAULT 0
  prev_ok boolean
  gap_from bigint
  gap_to bigint
  waits_for text
  borne_points bigint NOT NULL DEFAULT 0
  outcome text
  batch_lines_borne_points_check: CHECK ((borne_points >= 0))
  batch_lines_check1: CHECK (((state = 'waiting'::text) = (waits_for IS NOT NULL)))
  batch_lines_check2: CHECK ((((gap_from IS NULL) = (gap_to IS NULL)) AND (gap_from <= gap_to)))
  batch_lines_check3: CHECK (((borne_points = 0) OR (state = 'refused'::text)))
  batch_lines_check: CHECK (((state = ANY (ARRAY['booked'::text, 'refused'::text, 'repeat'::text])) = (outcome IS NOT NULL)))
  batch_lines_line_check: CHECK ((line > 0))
  batch_lines_number_key: UNIQUE (number)
  batch_lines_pkey: PRIMARY KEY (tenant_id, batch_id, line)
  batch_lines_spends_points_check: CHECK ((spends_points >= 0))
  batch_lines_state_check: CHECK ((state = ANY (ARRAY['received'::text, 'judged'::text, 'waiting'::text, 'booked'::text, 'refused'::text, 'repeat'::text])))
  batch_lines_tenant_id_batch_id_fkey: FOREIGN KEY (tenant_id, batch_id) REFERENCES tenants.batches(tenant_id, batch_id)
  batch_lines_waits_for_check: CHECK ((waits_for = ANY (ARRAY['card'::text, 'original'::text])))
  CREATE INDEX batch_lines_spent ON tenants.batch_lines USING btree (tenant_id, till, business_date) WHERE (spends_points > 0)
  CREATE INDEX batch_lines_undecided ON tenants.batch_lines USING btree (tenant_id, number) WHERE (state = ANY (ARRAY['received'::text, 'judged'::text]))
  CREATE INDEX batch_lines_waiting ON tenants.batch_lines USING btree (tenant_id, number) WHERE (state = 'waiting'::text)
  CREATE UNIQUE INDEX batch_lines_number_key ON tenants.batch_lines USING btree (number)
  CREATE UNIQUE INDEX batch_lines_pkey ON tenants.batch_lines USING btree (tenant_id, batch_id, line)
  POLICY own FOR ALL TO {meguri_app} USING (tenant_id = federation.reader())
  POLICY whole FOR SELECT TO {meguri_auditor} USING true
  POLICY works FOR ALL TO {meguri_worker} USING true
  GRANT INSERT, SELECT TO meguri_app
  GRANT SELECT TO meguri_auditor
  GRANT SELECT TO meguri_worker

tenants.batches
  tenant_id bigint NOT NULL
  batch_id text NOT NULL
  client_id text NOT NULL
  tills ARRAY
  lines integer NOT NULL
  received_at timestamp with time zone NOT NULL
  state text NOT NULL DEFAULT 'open'::text
  batches_lines_check: CHECK ((lines > 0))
  batches_pkey: PRIMARY KEY (tenant_id, batch_id)
  batches_state_check: CHECK ((state = ANY (ARRAY['open'::text, 'settled'::text])))
  batches_tenant_id_fkey: FOREIGN KEY (tenant_id) REFERENCES tenants.tenants(tenant_id)
  CREATE INDEX batches_open ON tenants.batches USING btree (tenant_id) WHERE (state = 'open'::text)
  CREATE UNIQUE INDEX batches_pkey ON tenants.batches USING btree (tenant_id, batch_id)
  POLICY own FOR ALL TO {meguri_app} USING (tenant_id = federation.reader())
  POLICY whole FOR SELECT TO {meguri_auditor} USING true
  POLICY works FOR ALL TO {meguri_worker} USING true
  GRANT INSERT, SELECT TO meguri_app
  GRANT SELECT TO meguri_auditor
  GRANT SELECT TO meguri_worker

tenants.benefit_uses
  shop_id bigint NOT NULL
  slip text NOT NULL
  tenant_id bigint NOT NULL
  till text NOT NULL
  member_id bigint NOT NULL
  benefit text NOT NULL
  rank text NOT NULL
  business_date date NOT NULL
  funder_id bigint NOT NULL
  used_at timestamp with time zone NOT NULL
  answer text NOT NULL
  staff text
  card_no integer
  card_member_id bigint
  undone_at timestamp with time zone
  undone_slip text
  undone_staff text
  undone_for text
  benefit_uses_card_check: CHECK (((card_no IS NULL) = (card_member_id IS NULL)))
  benefit_uses_pkey: PRIMARY KEY (shop_id, slip)
  benefit_uses_undone_check: CHECK ((((undone_at IS NULL) = (undone_slip IS NULL)) AND ((undone_at IS NULL) = (undone_for IS NULL))))
  CREATE INDEX benefit_uses_of_member ON tenants.benefit_uses USING btree (member_id, benefit, business_date)
  CREATE UNIQUE INDEX benefit_uses_pkey ON tenants.benefit_uses USING btree (shop_id, slip)
  CREATE UNIQUE INDEX benefit_uses_prize_once ON tenants.benefit_uses USING btree (card_member_id, benefit, card_no) WHERE ((card_no IS NOT NULL) AND (undone_at IS NULL))
  CREATE UNIQUE INDEX benefit_uses_undone ON tenants.benefit_uses USING btree (shop_id, undone_slip) WHERE (undone_slip IS NOT NULL)
  POLICY own FOR SELECT TO {meguri_app} USING (tenant_id = federation.reader())
  POLICY uses FOR ALL TO {meguri_counter} USING true
  POLICY whole FOR SELECT TO {meguri_auditor,meguri_worker} USING true
  GRANT INSERT, SELECT TO meguri_counter
  GRANT SELECT TO meguri_app
  GRANT SELECT TO meguri_auditor
  GRANT SELECT TO meguri_worker

tenants.benefits
  benefit text NOT NULL
  from_on date NOT NULL
  rank text NOT NULL
  name text NOT NULL
  name_en text NOT NULL
  funder_id bigint NOT NULL
  per_day smallint NOT NULL
  per_month smallint
  author text NOT NULL
  reason text NOT NULL
  benefits_author_check: CHECK ((author <> ''::text))
  benefits_benefit_check: CHECK ((benefit ~ '^[a-z][a-z0-9-]{0,30}$'::text))
  benefits_funder_id_fkey: FOREIGN KEY (funder_id) REFERENCES tenants.parties(party_id)
  benefits_name_check: CHECK ((name <> ''::text))
  benefits_name_en_check: CHECK ((name_en <> ''::text))
  benefits_per_day_check: CHECK (((per_day >= 0) AND (per_day <= 100)))
  benefits_per_month_check: CHECK (((per_month >= 1) AND (per_month <= 1000)))
  benefits_pkey: PRIMARY KEY (benefit, from_on)
  benefits_rank_fkey: FOREIGN KEY (rank) REFERENCES tenants.ranks(rank)
  benefits_reason_check: CHECK ((reason <> ''::text))
  CREATE UNIQUE INDEX benefits_pkey ON tenants.benefits USING btree (benefit, from_on)
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_app
  GRANT SELECT TO meguri_auditor
  GRANT SELECT TO meguri_counter

tenants.board_notices
  notice_id bigint NOT NULL
  level text NOT NULL
  place_id bigint NOT NULL
  title text NOT NULL
  title_en text NOT NULL
  body text NOT NULL
  body_en text NOT NULL
  from_on date NOT NULL
  to_on date NOT NULL
  to_be_seen boolean NOT NULL
  author text NOT NULL
  made_at timestamp with time zone NOT NULL
  withdrawn_at timestamp with time zone
  withdrawn_by text
  board_notices_author_check: CHECK ((author <> ''::text))
  board_notices_body_check: CHECK ((body <> ''::text))
  board_notices_body_en_check: CHECK ((body_en <> ''::text))
  board_notices_check1: CHECK (((level = 'all'::text) = (place_id = 0)))
  board_notices_check2: CHECK (((withdrawn_at IS NULL) = (withdrawn_by IS NULL)))
  board_notices_check: CHECK ((to_on >= from_on))
  board_notices_level_check: CHECK ((level = ANY (ARRAY['all'::text, 'area'::text, 'facility'::text, 'shop'::text])))
  board_notices_pkey: PRIMARY KEY (notice_id)
  board_notices_title_check: CHECK ((title <> ''::text))
  board_notices_title_en_check: CHECK ((title_en <> ''::text))
  CREATE INDEX board_notices_by_day ON tenants.board_notices USING btree (to_on, from_on)
  CREATE UNIQUE INDEX board_notices_pkey ON tenants.board_notices USING btree (notice_id)
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_auditor
  GRANT SELECT TO meguri_counter

tenants.board_seen
  notice_id bigint NOT NULL
  shop_id bigint NOT NULL
  who text NOT NULL
  at timestamp with time zone NOT NULL
  board_seen_notice_id_fkey: FOREIGN KEY (notice_id) REFERENCES tenants.board_notices(notice_id)
  board_seen_pkey: PRIMARY KEY (notice_id, shop_id, who)
  board_seen_who_check: CHECK ((who <> ''::text))
  CREATE UNIQUE INDEX board_seen_pkey ON tenants.board_seen USING btree (notice_id, shop_id, who)
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_auditor
  GRANT SELECT TO meguri_counter

tenants.brandings
  branding_id bigint NOT NULL DEFAULT nextval('tenants.ids'::regclass)
  facility_id bigint NOT NULL
  from_on date NOT NULL
  name text NOT NULL
  name_en text NOT NULL
  colour text NOT NULL
  dark_colour text NOT NULL
  words text NOT NULL
  words_en text NOT NULL
  logo bytea
  author text NOT NULL
  reason text NOT NULL
  at timestamp with time zone NOT NULL
  brandings_author_check: CHECK ((author <> ''::text))
  brandings_colour_check: CHECK ((colour ~ '^#[0-9a-f]{6}$'::text))
  brandings_dark_colour_check: CHECK ((dark_colour ~ '^#[0-9a-f]{6}$'::text))
  brandings_facility_id_fkey: FOREIGN KEY (facility_id) REFERENCES tenants.facilities(facility_id)
  brandings_logo_check: CHECK ((length(logo) <= 65536))
  brandings_name_check: CHECK ((name <> ''::text))
  brandings_name_en_check: CHECK ((name_en <> ''::text))
  brandings_pkey: PRIMARY KEY (branding_id)
  brandings_reason_check: CHECK ((reason <> ''::text))
  CREATE INDEX brandings_of_facility ON tenants.brandings USING btree (facility_id, from_on)
  CREATE UNIQUE INDEX brandings_pkey ON tenants.brandings USING btree (branding_id)
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_auditor
  GRANT SELECT TO meguri_counter

tenants.campaign_shops
  campaign_id bigint NOT NULL
  shop_id bigint NOT NULL
  takes_part boolean NOT NULL
  by_client text NOT NULL
  reason text NOT NULL
  at timestamp with time zone NOT NULL
  campaign_shops_by_client_check: CHECK ((by_client <> ''::text))
  campaign_shops_campaign_id_fkey: FOREIGN KEY (campaign_id) REFERENCES tenants.campaigns(campaign_id)
  campaign_shops_pkey: PRIMARY KEY (campaign_id, shop_id)
  campaign_shops_reason_check: CHECK ((reason <> ''::text))
  CREATE UNIQUE INDEX campaign_shops_pkey ON tenants.campaign_shops USING btree (campaign_id, shop_id)
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_auditor
  GRANT SELECT TO meguri_counter
  GRANT SELECT TO meguri_desk

tenants.campaign_steps
  campaign_id bigint NOT NULL
  step integer NOT NULL
  from_state text
  to_state text NOT NULL
  to_on date
  by_client text NOT NULL
  reason text NOT NULL
  at timestamp with time zone NOT NULL
  campaign_steps_by_client_check: CHECK ((by_client <> ''::text))
  campaign_steps_campaign_id_fkey: FOREIGN KEY (campaign_id) REFERENCES tenants.campaigns(campaign_id)
  campaign_steps_pkey: PRIMARY KEY (campaign_id, step)
  campaign_steps_reason_check: CHECK ((reason <> ''::text))
  campaign_steps_step_check: CHECK ((step > 0))
  CREATE UNIQUE INDEX campaign_steps_pkey ON tenants.campaign_steps USING btree (campaign_id, step)
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_auditor

tenants.campaigns
  campaign_id bigint NOT NULL
  code text NOT NULL
  name text NOT NULL
  name_en text NOT NULL
  facility_id bigint
  from_on date NOT NULL
  to_on date NOT NULL
  multiplier integer NOT NULL
  stack_group text NOT NULL
  expires_on date
  author text NOT NULL
  reason text NOT NULL
  ring_fenced boolean NOT NULL DEFAULT false
  cap_points_per_receipt bigint
  cap_points_per_day bigint
  cap_points_per_member bigint
  tenths smallint NOT NULL DEFAULT 0
  multiplies boolean NOT NULL DEFAULT false
  state text NOT NULL DEFAULT 'live'::text
  version_of text
  kind text NOT NULL DEFAULT 'common-points'::text
  budget_points bigint
  segment text
  control_bp integer NOT NULL DEFAULT 0
  listed_shops boolean NOT NULL DEFAULT false
  may_opt_out boolean NOT NULL DEFAULT false
  plan jsonb
  premiums jsonb
  campaigns_budget_points_check: CHECK ((budget_points > 0))
  campaigns_cap_points_per_day_check: CHECK ((cap_points_per_day > 0))
  campaigns_cap_points_per_member_check: CHECK ((cap_points_per_member > 0))
  campaigns_cap_points_per_receipt_check: CHECK ((cap_points_per_receipt > 0))
  campaigns_check1: CHECK ((expires_on >= to_on))
  campaigns_check2: CHECK (((NOT ring_fenced) OR (facility_id IS NOT NULL)))
  campaigns_check: CHECK ((to_on >= from_on))
  campaigns_control_bp_check: CHECK (((control_bp >= 0) AND (control_bp <= 5000)))
  campaigns_facility_id_fkey: FOREIGN KEY (facility_id) REFERENCES tenants.facilities(facility_id)
  campaigns_kind_check: CHECK ((kind = ANY (ARRAY['common-points'::text, 'own-shop'::text, 'goods'::text, 'lottery'::text, 'joint-lottery'::text, 'visit'::text])))
  campaigns_multiplier_check: CHECK ((((multiplier >= 1) AND (multiplier <= 100)) AND ((((multiplier * 10) + tenths) >= 11) AND (((multiplier * 10) + tenths) <= 1000))))
  campaigns_pkey: PRIMARY KEY (campaign_id)
  campaigns_state_check: CHECK ((state = ANY (ARRAY['draft'::text, 'reviewed'::text, 'live'::text, 'paused'::text, 'ended'::text, 'dropped'::text, 'rewritten'::text])))
  campaigns_tenths_check: CHECK (((tenths >= 0) AND (tenths <= 9)))
  CREATE INDEX campaigns_by_code ON tenants.campaigns USING btree (code)
  CREATE UNIQUE INDEX campaigns_one_of_a_code ON tenants.campaigns USING btree (code) WHERE (state <> 'rewritten'::text)
  CREATE UNIQUE INDEX campaigns_pkey ON tenants.campaigns USING btree (campaign_id)
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_app
  GRANT SELECT TO meguri_auditor
  GRANT SELECT TO meguri_counter
  GRANT SELECT TO meguri_desk

tenants.chain
  tenant_id bigint NOT NULL
  kid text NOT NULL
  seq bigint NOT NULL
  sha256 bytea NOT NULL
  prev bytea NOT NULL
  chain_kid_fkey: FOREIGN KEY (kid) REFERENCES tenants.till_keys(kid)
  chain_pkey: PRIMARY KEY (tenant_id, kid, seq)
  chain_prev_check: CHECK ((length(prev) = 32))
  chain_seq_check: CHECK ((seq > 0))
  chain_sha256_check: CHECK ((length(sha256) = 32))
  CREATE UNIQUE INDEX chain_pkey ON tenants.chain USING btree (tenant_id, kid, seq)
  POLICY own FOR SELECT TO {meguri_app} USING (tenant_id = federation.reader())
  POLICY whole FOR SELECT TO {meguri_auditor} USING true
  POLICY works FOR ALL TO {meguri_worker} USING true
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_app
  GRANT SELECT TO meguri_auditor

tenants.consents
  consent_id bigint NOT NULL DEFAULT nextval('tenants.ids'::regclass)
  member_id bigint NOT NULL
  notice text NOT NULL
  version smallint NOT NULL
  given boolean NOT NULL
  how text NOT NULL
  client_id text NOT NULL
  at timestamp with time zone NOT NULL
  consents_how_check: CHECK ((how = ANY (ARRAY['paper'::text, 'counter'::text, 'app'::text, 'phone'::text, 'page'::text])))
  consents_notice_version_fkey: FOREIGN KEY (notice, version) REFERENCES tenants.notices(notice, version)
  consents_pkey: PRIMARY KEY (consent_id)
  CREATE INDEX consents_of_member ON tenants.consents USING btree (member_id, consent_id)
  CREATE UNIQUE INDEX consents_pkey ON tenants.consents USING btree (consent_id)
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_auditor

tenants.correction_members
  run text NOT NULL
  member_id bigint NOT NULL
  funder_id bigint NOT NULL
  got_points bigint NOT NULL
  due_points bigint NOT NULL
  left_points bigint NOT NULL
  correction_members_check: CHECK ((got_points >= due_points))
  correction_members_due_points_check: CHECK ((due_points >= 0))
  correction_members_got_points_check: CHECK ((got_points >= 0))
  correction_members_left_points_check: CHECK ((left_points >= 0))
  correction_members_pkey: PRIMARY KEY (run, member_id, funder_id)
  correction_members_run_fkey: FOREIGN KEY (run) REFERENCES tenants.correction_runs(run)
  CREATE UNIQUE INDEX correction_members_pkey ON tenants.correction_members USING btree (run, member_id, funder_id)
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_auditor

tenants.correction_runs
  run text NOT NULL
  campaign text NOT NULL
  from_on date NOT NULL
  to_on date NOT NULL
  multiplier integer NOT NULL
  cap_points_per_receipt bigint
  shortage text NOT NULL
  state text NOT NULL DEFAULT 'counting'::text
  proposed_by text NOT NULL
  reason text NOT NULL
  proposed_at timestamp with time zone NOT NULL
  approved_by text
  approved_at timestamp with time zone
  undo_proposed_by text
  undo_reason text
  undo_approved_by text
  undo_approved_at timestamp with time zone
  after_member_id bigint NOT NULL DEFAULT 0
  correction_runs_cap_points_per_receipt_check: CHECK ((cap_points_per_receipt >= 0))
  correction_runs_check1: CHECK ((approved_by <> proposed_by))
  correction_runs_check2: CHECK ((undo_approved_by <> undo_proposed_by))
  correction_runs_check: CHECK ((to_on >= from_on))
  correction_runs_multiplier_check: CHECK (((multiplier >= 1) AND (multiplier <= 100)))
  correction_runs_pkey: PRIMARY KEY (run)
  correction_runs_proposed_by_check: CHECK ((proposed_by <> ''::text))
  correction_runs_reason_check: CHECK ((reason <> ''::text))
  correction_runs_run_check: CHECK ((run ~ '^[A-Za-z0-9][A-Za-z0-9_.-]{0,19}$'::text))
  correction_runs_shortage_check: CHECK ((shortage = ANY (ARRAY['WAIVE'::text, 'OTHER_POINTS'::text])))
  correction_runs_state_check: CHECK ((state = ANY (ARRAY['counting'::text, 'proposed'::text, 'rejected'::text, 'approved'::text, 'booked'::text, 'undo-proposed'::text, 'undo-approved'::text, 'undone'::text])))
  CREATE UNIQUE INDEX correction_runs_pkey ON tenants.correction_runs USING btree (run)
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_auditor

tenants.correction_slips
  run text NOT NULL
  member_id bigint NOT NULL
  undoes boolean NOT NULL
  status smallint NOT NULL
  points bigint NOT NULL
  short_points bigint NOT NULL DEFAULT 0
  refusal text
  booked_at timestamp with time zone NOT NULL
  correction_slips_pkey: PRIMARY KEY (run, member_id, undoes)
  correction_slips_points_check: CHECK ((points >= 0))
  correction_slips_run_fkey: FOREIGN KEY (run) REFERENCES tenants.correction_runs(run)
  correction_slips_short_points_check: CHECK ((short_points >= 0))
  CREATE UNIQUE INDEX correction_slips_pkey ON tenants.correction_slips USING btree (run, member_id, undoes)
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_auditor

tenants.coupon_holders
  member_id bigint NOT NULL
  coupon_id bigint NOT NULL
  shown_at timestamp with time zone NOT NULL
  started_at timestamp with time zone
  ends_at timestamp with time zone
  coupon_holders_check1: CHECK ((ends_at > started_at))
  coupon_holders_check: CHECK (((started_at IS NULL) = (ends_at IS NULL)))
  coupon_holders_coupon_id_fkey: FOREIGN KEY (coupon_id) REFERENCES tenants.coupons(coupon_id)
  coupon_holders_pkey: PRIMARY KEY (member_id, coupon_id)
  CREATE INDEX coupon_holders_of_coupon ON tenants.coupon_holders USING btree (coupon_id)
  CREATE UNIQUE INDEX coupon_holders_pkey ON tenants.coupon_holders USING btree (member_id, coupon_id)
  GRANT INSERT, SELECT TO meguri_counter
  GRANT SELECT TO meguri_auditor
  GRANT SELECT TO meguri_worker

tenants.coupon_shares
  coupon_id bigint NOT NULL
  funder text NOT NULL
  weight integer NOT NULL
  coupon_shares_coupon_id_fkey: FOREIGN KEY (coupon_id) REFERENCES tenants.coupons(coupon_id)
  coupon_shares_funder_check: CHECK ((funder = ANY (ARRAY['tenant'::text, 'facility'::text, 'operator'::text])))
  coupon_shares_pkey: PRIMARY KEY (coupon_id, funder)
  coupon_shares_weight_check: CHECK ((weight > 0))
  CREATE UNIQUE INDEX coupon_shares_pkey ON tenants.coupon_shares USING btree (coupon_id, funder)
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_auditor
  GRANT SELECT TO meguri_counter
  GRANT SELECT TO meguri_desk

tenants.coupon_steps
  coupon_id bigint NOT NULL
  number bigint NOT NULL
  state text NOT NULL
  author text NOT NULL
  reason text NOT NULL
  at timestamp with time zone NOT NULL
  coupon_steps_author_check: CHECK ((author <> ''::text))
  coupon_steps_coupon_id_fkey: FOREIGN KEY (coupon_id) REFERENCES tenants.coupons(coupon_id)
  coupon_steps_pkey: PRIMARY KEY (coupon_id, number)
  coupon_steps_reason_check: CHECK ((reason <> ''::text))
  coupon_steps_state_check: CHECK ((state = ANY (ARRAY['live'::text, 'paused'::text, 'ended'::text])))
  CREATE UNIQUE INDEX coupon_steps_pkey ON tenants.coupon_steps USING btree (coupon_id, number)
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_auditor

tenants.coupons
  coupon_id bigint NOT NULL
  code text NOT NULL
  name text NOT NULL
  name_en text NOT NULL
  kind text NOT NULL
  benefit text NOT NULL
  off_yen bigint
  percent smallint
  rounding text NOT NULL DEFAULT 'DOWN'::text
  cap_yen bigint
  gift text
  gift_en text
  gift_worth_yen bigint
  least_yen bigint NOT NULL DEFAULT 0
  from_on date NOT NULL
  to_on date NOT NULL
  weekdays ARRAY NOT NULL DEFAULT '{}'::smallint[]
  from_time time without time zone
  to_time time without time zone
  shops ARRAY NOT NULL DEFAULT '{}'::bigint[]
  facilities ARRAY NOT NULL DEFAULT '{}'::bigint[]
  excluded_categories ARRAY NOT NULL DEFAULT '{}'::text[]
  alone boolean NOT NULL DEFAULT true
  first_visit boolean NOT NULL DEFAULT false
  segment text
  stock bigint
  per_member bigint
  minutes integer
  state text NOT NULL DEFAULT 'draft'::text
  author text NOT NULL
  reason text NOT NULL
  drafted_at timestamp with time zone NOT NULL
  told_up_to bigint NOT NULL DEFAULT 0
  coupons_author_check: CHECK ((author <> ''::text))
  coupons_benefit_check: CHECK ((benefit = ANY (ARRAY['FIXED'::text, 'PERCENT'::text, 'GIFT'::text])))
  coupons_cap_yen_check: CHECK (((cap_yen >= 1) AND (cap_yen <= 10000000)))
  coupons_check1: CHECK (((from_time IS NULL) = (to_time IS NULL)))
  coupons_check2: CHECK (((benefit = 'FIXED'::text) = (off_yen IS NOT NULL)))
  coupons_check3: CHECK (((benefit = 'PERCENT'::text) = (percent IS NOT NULL)))
  coupons_check4: CHECK (((cap_yen IS NULL) OR (benefit = 'PERCENT'::text)))
  coupons_check5: CHECK (((benefit = 'GIFT'::text) = ((gift IS NOT NULL) AND (gift_en IS NOT NULL) AND (gift_worth_yen IS NOT NULL))))
  coupons_check6: CHECK (((kind = 'TIMED'::text) = (minutes IS NOT NULL)))
  coupons_check7: CHECK (((NOT first_visit) OR (per_member = 1)))
  coupons_check: CHECK ((to_on >= from_on))
  coupons_code_check: CHECK ((code ~ '^[A-Za-z0-9_.-]{1,40}$'::text))
  coupons_code_key: UNIQUE (code)
  coupons_gift_check: CHECK ((gift <> ''::text))
  coupons_gift_en_check: CHECK ((gift_en <> ''::text))
  coupons_gift_worth_yen_check: CHECK ((gift_worth_yen >= 0))
  coupons_kind_check: CHECK ((kind = ANY (ARRAY['SHOW'::text, 'TIMED'::text, 'SCAN'::text])))
  coupons_least_yen_check: CHECK (((least_yen >= 0) AND (least_yen <= 10000000)))
  coupons_minutes_check: CHECK (((minutes >= 1) AND (minutes <= 10080)))
  coupons_name_check: CHECK ((name <> ''::text))
  coupons_name_en_check: CHECK ((name_en <> ''::text))
  coupons_off_yen_check: CHECK (((off_yen >= 1) AND (off_yen <= 10000000)))
  coupons_per_member_check: CHECK (((per_member >= 1) AND (per_member <= 1000)))
  coupons_percent_check: CHECK (((percent >= 1) AND (percent <= 100)))
  coupons_pkey: PRIMARY KEY (coupon_id)
  coupons_reason_check: CHECK ((reason <> ''::text))
  coupons_rounding_check: CHECK ((rounding = ANY (ARRAY['DOWN'::text, 'HALF_UP'::text, 'UP'::text])))
  coupons_state_check: CHECK ((state = ANY (ARRAY['draft'::text, 'live'::text, 'paused'::text, 'ended'::text])))
  coupons_stock_check: CHECK ((stock > 0))
  coupons_weekdays_check: CHECK ((weekdays <@ ARRAY[(1)::smallint, (2)::smallint, (3)::smallint, (4)::smallint, (5)::smallint, (6)::smallint, (7)::smallint]))
  CREATE UNIQUE INDEX coupons_code_key ON tenants.coupons USING btree (code)
  CREATE UNIQUE INDEX coupons_pkey ON tenants.coupons USING btree (coupon_id)
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_auditor
  GRANT SELECT TO meguri_counter
  GRANT SELECT TO meguri_desk

tenants.daily_totals
  tenant_id bigint NOT NULL
  till text NOT NULL
  business_date date NOT NULL
  close_no integer NOT NULL
  accruals_count bigint NOT NULL
  accruals_points bigint NOT NULL
  accruals_yen bigint NOT NULL
  redemptions_count bigint NOT NULL
  redemptions_points bigint NOT NULL
  reversals bigint NOT NULL
  returns bigint NOT NULL
  sales_yen bigint NOT NULL
  customers bigint NOT NULL
  first_slip text
  last_slip text
  staff text
  declared_at timestamp with time zone NOT NULL
  daily_totals_accruals_count_check: CHECK ((accruals_count >= 0))
  daily_totals_accruals_points_check: CHECK ((accruals_points >= 0))
  daily_totals_accruals_yen_check: CHECK ((accruals_yen >= 0))
  daily_totals_check: CHECK (((first_slip IS NULL) = (last_slip IS NULL)))
  daily_totals_close_no_check: CHECK (((close_no >= 1) AND (close_no <= 9999)))
  daily_totals_customers_check: CHECK ((customers >= 0))
  daily_totals_pkey: PRIMARY KEY (tenant_id, till, business_date, close_no)
  daily_totals_redemptions_count_check: CHECK ((redemptions_count >= 0))
  daily_totals_redemptions_points_check: CHECK ((redemptions_points >= 0))
  daily_totals_returns_check: CHECK ((returns >= 0))
  daily_totals_reversals_check: CHECK ((reversals >= 0))
  daily_totals_sales_yen_check: CHECK ((sales_yen >= 0))
  daily_totals_tenant_id_fkey: FOREIGN KEY (tenant_id) REFERENCES tenants.tenants(tenant_id)
  daily_totals_tenant_id_till_fkey: FOREIGN KEY (tenant_id, till) REFERENCES tenants.tills(tenant_id, till)
  CREATE INDEX daily_totals_of_day ON tenants.daily_totals USING btree (business_date)
  CREATE UNIQUE INDEX daily_totals_pkey ON tenants.daily_totals USING btree (tenant_id, till, business_date, close_no)
  POLICY own FOR ALL TO {meguri_app} USING (tenant_id = federation.reader())
  POLICY placed FOR SELECT TO {meguri_app} USING (EXISTS ( SELECT
   FROM tenants.tills
  WHERE ((tills.tenant_id = daily_totals.tenant_id) AND (tills.till = daily_totals.till) AND (tills.shop_id = ANY (federation.placed())))))
  POLICY whole FOR SELECT TO {meguri_auditor,meguri_worker} USING true
  GRANT INSERT, SELECT, UPDATE TO meguri_app
  GRANT SELECT TO meguri_auditor
  GRANT SELECT TO meguri_worker

tenants.declarations
  declaration_id bigint NOT NULL
  facility_id bigint
  code text NOT NULL
  from_at timestamp with time zone NOT NULL
  to_at timestamp with time zone NOT NULL
  tenths integer NOT NULL
  funders jsonb NOT NULL
  author text NOT NULL
  reason text NOT NULL
  declared_at timestamp with time zone NOT NULL
  withdrawn_at timestamp with time zone
  withdrawn_by text
  withdrawn_for text
  declarations_author_check: CHECK ((author <> ''::text))
  declarations_check1: CHECK ((((withdrawn_at IS NULL) = (withdrawn_by IS NULL)) AND ((withdrawn_at IS NULL) = (withdrawn_for IS NULL))))
  declarations_check: CHECK ((to_at > from_at))
  declarations_code_check: CHECK ((code ~ '^[a-z][a-z0-9-]{0,30}$'::text))
  declarations_facility_id_fkey: FOREIGN KEY (facility_id) REFERENCES tenants.facilities(facility_id)
  declarations_pkey: PRIMARY KEY (declaration_id)
  declarations_reason_check: CHECK ((reason <> ''::text))
  declarations_tenths_check: CHECK (((tenths >= 11) AND (tenths <= 1000)))
  CREATE UNIQUE INDEX declarations_pkey ON tenants.declarations USING btree (declaration_id)
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_app
  GRANT SELECT TO meguri_auditor
  GRANT SELECT TO meguri_counter
  GRANT SELECT TO meguri_desk

tenants.deliveries
  delivery bigint NOT NULL
  tenant_id bigint NOT NULL
  endpoint_id text NOT NULL
  sequence bigint
  event text NOT NULL
  type text NOT NULL
  lane bigint NOT NULL
  state text NOT NULL DEFAULT 'waiting'::text
  body text
  laid_at timestamp with time zone NOT NULL
  due_at timestamp with time zone NOT NULL
  tries integer NOT NULL DEFAULT 0
  ended_at timestamp with time zone
  deliveries_check1: CHECK (((state <> 'waiting'::text) OR (body IS NOT NULL)))
  deliveries_check2: CHECK (((sequence IS NULL) = (lane < 0)))
  deliveries_check: CHECK (((state = 'waiting'::text) = (ended_at IS NULL)))
  deliveries_pkey: PRIMARY KEY (delivery)
  deliveries_state_check: CHECK ((state = ANY (ARRAY['waiting'::text, 'delivered'::text, 'dead'::text])))
  deliveries_tenant_id_endpoint_id_fkey: FOREIGN KEY (tenant_id, endpoint_id) REFERENCES tenants.webhook_endpoints(tenant_id, endpoint_id) ON DELETE CASCADE
  deliveries_tenant_id_endpoint_id_sequence_key: UNIQUE (tenant_id, endpoint_id, sequence)
  deliveries_tries_check: CHECK ((tries >= 0))
  CREATE INDEX deliveries_dead ON tenants.deliveries USING btree (tenant_id, endpoint_id) WHERE (state = 'dead'::text)
  CREATE INDEX deliveries_due ON tenants.deliveries USING btree (tenant_id, endpoint_id, sequence) WHERE (state = 'waiting'::text)
  CREATE INDEX deliveries_ended ON tenants.deliveries USING btree (ended_at) WHERE (ended_at IS NOT NULL)
  CREATE INDEX deliveries_waiting ON tenants.deliveries USING btree (tenant_id, endpoint_id, lane, sequence) WHERE (state = 'waiting'::text)
  CREATE UNIQUE INDEX deliveries_pkey ON tenants.deliveries USING btree (delivery)
  CREATE UNIQUE INDEX deliveries_tenant_id_endpoint_id_sequence_key ON tenants.deliveries USING btree (tenant_id, endpoint_id, sequence)
  POLICY own FOR ALL TO {meguri_app} USING (tenant_id = federation.reader())
  POLICY whole FOR SELECT TO {meguri_auditor} USING true
  POLICY works FOR ALL TO {meguri_worker} USING true
  GRANT DELETE, INSERT, SELECT TO meguri_worker
  GRANT INSERT, SELECT TO meguri_app
  GRANT SELECT TO meguri_auditor

tenants.disclosures
  disclosure_id bigint NOT NULL DEFAULT nextval('tenants.ids'::regclass)
  member_id bigint
  recipient text NOT NULL
  what text NOT NULL
  basis text NOT NULL
  client_id text NOT NULL
  at timestamp with time zone NOT NULL
  disclosures_basis_check: CHECK ((basis = ANY (ARRAY['consent'::text, 'law'::text, 'life'::text, 'health'::text, 'public-duty'::text])))
  disclosures_pkey: PRIMARY KEY (disclosure_id)
  disclosures_recipient_check: CHECK ((recipient <> ''::text))
  disclosures_what_check: CHECK ((what <> ''::text))
  CREATE UNIQUE INDEX disclosures_pkey ON tenants.disclosures USING btree (disclosure_id)
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_auditor

tenants.enrichments
  member_id bigint NOT NULL
  field text NOT NULL
  points bigint NOT NULL
  told_at timestamp with time zone NOT NULL
  booked_at timestamp with time zone
  funder_id bigint NOT NULL DEFAULT 1
  enrichments_field_check: CHECK ((field = ANY (ARRAY['birth_on'::text, 'postcode'::text, 'sex'::text, 'name'::text])))
  enrichments_funder_id_fkey: FOREIGN KEY (funder_id) REFERENCES tenants.parties(party_id)
  enrichments_pkey: PRIMARY KEY (member_id, field)
  enrichments_points_check: CHECK ((points >= 0))
  CREATE INDEX enrichments_to_book ON tenants.enrichments USING btree (member_id, field) WHERE (booked_at IS NULL)
  CREATE UNIQUE INDEX enrichments_pkey ON tenants.enrichments USING btree (member_id, field)
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_auditor

tenants.expiry_policies
  kind text NOT NULL
  from_on date NOT NULL
  policy text NOT NULL
  months smallint
  month_end boolean NOT NULL DEFAULT false
  expires_on date
  qualifying ARRAY NOT NULL DEFAULT '{}'::text[]
  author text NOT NULL
  reason text NOT NULL
  expiry_policies_author_check: CHECK ((author <> ''::text))
  expiry_policies_check1: CHECK (((NOT month_end) OR (months IS NOT NULL)))
  expiry_policies_check2: CHECK (((expires_on IS NOT NULL) = (policy = 'FIXED_DATE'::text)))
  expiry_policies_check3: CHECK ((expires_on >= from_on))
  expiry_policies_check4: CHECK ((('accrual'::text = ANY (qualifying)) = (policy = 'SLIDING'::text)))
  expiry_policies_check5: CHECK (((policy = 'SLIDING'::text) OR (qualifying = '{}'::text[])))
  expiry_policies_check: CHECK (((months IS NOT NULL) = (policy = ANY (ARRAY['SLIDING'::text, 'FIXED_MONTHS'::text]))))
  expiry_policies_kind_check: CHECK ((kind ~ '^[a-z][a-z-]{0,30}$'::text))
  expiry_policies_months_check: CHECK (((months >= 1) AND (months <= 120)))
  expiry_policies_pkey: PRIMARY KEY (kind, from_on)
  expiry_policies_policy_check: CHECK ((policy = ANY (ARRAY['FISCAL_YEAR'::text, 'SLIDING'::text, 'FIXED_MONTHS'::text, 'FIXED_DATE'::text])))
  expiry_policies_qualifying_check: CHECK ((qualifying <@ ARRAY['accrual'::text, 'redemption'::text, 'sale-without-points'::text]))
  expiry_policies_reason_check: CHECK ((reason <> ''::text))
  CREATE UNIQUE INDEX expiry_policies_pkey ON tenants.expiry_policies USING btree (kind, from_on)
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_app
  GRANT SELECT TO meguri_auditor
  GRANT SELECT TO meguri_counter
  GRANT SELECT TO meguri_desk

tenants.facilities
  facility_id bigint NOT NULL
  opened_on date NOT NULL
  facilities_facility_id_fkey: FOREIGN KEY (facility_id) REFERENCES tenants.parties(party_id)
  facilities_pkey: PRIMARY KEY (facility_id)
  CREATE UNIQUE INDEX facilities_pkey ON tenants.facilities USING btree (facility_id)
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_app
  GRANT SELECT TO meguri_auditor
  GRANT SELECT TO meguri_counter
  GRANT SELECT TO meguri_desk

tenants.first_sales
  member_id bigint NOT NULL
  facility_id bigint NOT NULL
  first_on date NOT NULL
  entry_id bigint NOT NULL
  first_sales_pkey: PRIMARY KEY (member_id, facility_id)
  CREATE INDEX first_sales_by_day ON tenants.first_sales USING btree (EXTRACT(month FROM first_on), EXTRACT(day FROM first_on))
  CREATE UNIQUE INDEX first_sales_pkey ON tenants.first_sales USING btree (member_id, facility_id)
  GRANT DELETE, INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_auditor

tenants.followed
  follower text NOT NULL
  number bigint NOT NULL DEFAULT 0
  followed_number_check: CHECK ((number >= 0))
  followed_pkey: PRIMARY KEY (follower)
  CREATE UNIQUE INDEX followed_pkey ON tenants.followed USING btree (follower)
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_auditor

tenants.foreign_points
  tenant_id bigint NOT NULL
  shop_id bigint NOT NULL
  programme text NOT NULL
  business_date date NOT NULL
  reference text NOT NULL
  points bigint NOT NULL
  paid_yen bigint NOT NULL
  author text NOT NULL
  recorded_at timestamp with time zone NOT NULL
  foreign_points_author_check: CHECK ((author <> ''::text))
  foreign_points_paid_yen_check: CHECK ((paid_yen >= 0))
  foreign_points_pkey: PRIMARY KEY (programme, reference)
  foreign_points_points_check: CHECK ((points > 0))
  foreign_points_programme_check: CHECK ((programme <> ''::text))
  foreign_points_reference_check: CHECK ((reference <> ''::text))
  foreign_points_shop_id_fkey: FOREIGN KEY (shop_id) REFERENCES tenants.shops(shop_id)
  foreign_points_tenant_id_fkey: FOREIGN KEY (tenant_id) REFERENCES tenants.tenants(tenant_id)
  CREATE INDEX foreign_points_of_shop ON tenants.foreign_points USING btree (tenant_id, business_date)
  CREATE UNIQUE INDEX foreign_points_pkey ON tenants.foreign_points USING btree (programme, reference)
  POLICY own FOR SELECT TO {meguri_app} USING (tenant_id = federation.reader())
  POLICY record FOR INSERT TO {meguri_worker} USING 
  POLICY whole FOR SELECT TO {meguri_auditor,meguri_worker} USING true
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_app
  GRANT SELECT TO meguri_auditor

tenants.funding_shares
  campaign_id bigint NOT NULL
  funder text NOT NULL
  weight integer NOT NULL
  funding_shares_campaign_id_fkey: FOREIGN KEY (campaign_id) REFERENCES tenants.campaigns(campaign_id)
  funding_shares_funder_check: CHECK ((funder = ANY (ARRAY['tenant'::text, 'facility'::text, 'operator'::text, 'promotion'::text])))
  funding_shares_pkey: PRIMARY KEY (campaign_id, funder)
  funding_shares_weight_check: CHECK ((weight > 0))
  CREATE UNIQUE INDEX funding_shares_pkey ON tenants.funding_shares USING btree (campaign_id, funder)
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_app
  GRANT SELECT TO meguri_auditor
  GRANT SELECT TO meguri_counter
  GRANT SELECT TO meguri_desk

tenants.gifts
  slip text NOT NULL
  member_id bigint NOT NULL
  occasion_id bigint NOT NULL
  points bigint NOT NULL
  due_on date NOT NULL
  given_on date NOT NULL
  shop_id bigint
  caused_by_member_id bigint
  caused_by_entry_id bigint
  state text NOT NULL DEFAULT 'waiting'::text
  told text
  gifts_check: CHECK (((state <> 'refused'::text) OR (told IS NOT NULL)))
  gifts_occasion_id_fkey: FOREIGN KEY (occasion_id) REFERENCES tenants.occasions(occasion_id)
  gifts_pkey: PRIMARY KEY (slip)
  gifts_points_check: CHECK ((points >= 0))
  gifts_shop_id_fkey: FOREIGN KEY (shop_id) REFERENCES tenants.shops(shop_id)
  gifts_slip_check: CHECK ((slip ~ '^[A-Za-z0-9_.:/-]{1,59}$'::text))
  gifts_state_check: CHECK ((state = ANY (ARRAY['waiting'::text, 'booked'::text, 'refused'::text, 'void'::text, 'undoing'::text, 'undone'::text, 'kept'::text])))
  CREATE INDEX gifts_of_cause ON tenants.gifts USING btree (caused_by_member_id, caused_by_entry_id) WHERE (caused_by_entry_id IS NOT NULL)
  CREATE INDEX gifts_of_member ON tenants.gifts USING btree (member_id)
  CREATE INDEX gifts_to_book ON tenants.gifts USING btree (slip) WHERE (state = ANY (ARRAY['waiting'::text, 'undoing'::text]))
  CREATE UNIQUE INDEX gifts_pkey ON tenants.gifts USING btree (slip)
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_auditor

tenants.granting
  tenant_id bigint NOT NULL
  number integer NOT NULL
  stopped boolean NOT NULL
  author text NOT NULL
  reason text NOT NULL
  decided_at timestamp with time zone NOT NULL
  granting_author_check: CHECK ((author <> ''::text))
  granting_number_check: CHECK ((number > 0))
  granting_pkey: PRIMARY KEY (tenant_id, number)
  granting_reason_check: CHECK ((reason <> ''::text))
  granting_tenant_id_fkey: FOREIGN KEY (tenant_id) REFERENCES tenants.tenants(tenant_id)
  CREATE UNIQUE INDEX granting_pkey ON tenants.granting USING btree (tenant_id, number)
  POLICY decide FOR INSERT TO {meguri_worker} USING 
  POLICY own FOR SELECT TO {meguri_app} USING (tenant_id = federation.reader())
  POLICY whole FOR SELECT TO {meguri_auditor,meguri_counter,meguri_desk,meguri_worker} USING true
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_app
  GRANT SELECT TO meguri_auditor
  GRANT SELECT TO meguri_counter
  GRANT SELECT TO meguri_desk

tenants.import_rows
  import_id text NOT NULL
  line integer NOT NULL
  state text NOT NULL
  content jsonb
  funder text
  points bigint NOT NULL DEFAULT 0
  member_id bigint
  faults jsonb
  import_rows_check1: CHECK (((state = ANY (ARRAY['joined'::text, 'booked'::text])) = (member_id IS NOT NULL)))
  import_rows_check2: CHECK (((state = 'refused'::text) = (faults IS NOT NULL)))
  import_rows_check: CHECK (((state = ANY (ARRAY['received'::text, 'joined'::text])) = (content IS NOT NULL)))
  import_rows_import_id_fkey: FOREIGN KEY (import_id) REFERENCES tenants.imports(import_id)
  import_rows_line_check: CHECK ((line > 1))
  import_rows_pkey: PRIMARY KEY (import_id, line)
  import_rows_points_check: CHECK (((points >= 0) AND (points <= 10000000)))
  import_rows_state_check: CHECK ((state = ANY (ARRAY['received'::text, 'joined'::text, 'booked'::text, 'refused'::text])))
  CREATE INDEX import_rows_open ON tenants.import_rows USING btree (import_id, line) WHERE (state = ANY (ARRAY['received'::text, 'joined'::text]))
  CREATE UNIQUE INDEX import_rows_pkey ON tenants.import_rows USING btree (import_id, line)
  GRANT INSERT, SELECT TO meguri_worker

tenants.imports
  import_id text NOT NULL
  client_id text NOT NULL
  rows integer NOT NULL
  received_at timestamp with time zone NOT NULL
  state text NOT NULL
  approved_at timestamp with time zone
  imports_check: CHECK (((state = ANY (ARRAY['approved'::text, 'settled'::text])) = (approved_at IS NOT NULL)))
  imports_import_id_check: CHECK ((import_id ~ '^[0-9a-f]{32}$'::text))
  imports_pkey: PRIMARY KEY (import_id)
  imports_rows_check: CHECK ((rows > 0))
  imports_state_check: CHECK ((state = ANY (ARRAY['proposed'::text, 'approved'::text, 'rejected'::text, 'settled'::text])))
  CREATE INDEX imports_open ON tenants.imports USING btree (import_id) WHERE (state = 'approved'::text)
  CREATE UNIQUE INDEX imports_pkey ON tenants.imports USING btree (import_id)
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_auditor

tenants.joining_rules
  from_on date NOT NULL
  minimum_age_years smallint NOT NULL
  author text NOT NULL
  reason text NOT NULL
  joining_rules_author_check: CHECK ((author <> ''::text))
  joining_rules_minimum_age_years_check: CHECK (((minimum_age_years >= 0) AND (minimum_age_years <= 20)))
  joining_rules_pkey: PRIMARY KEY (from_on)
  joining_rules_reason_check: CHECK ((reason <> ''::text))
  CREATE UNIQUE INDEX joining_rules_pkey ON tenants.joining_rules USING btree (from_on)
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_auditor
  GRANT SELECT TO meguri_counter

tenants.letters
  notice_id bigint NOT NULL
  state text NOT NULL
  tries smallint NOT NULL DEFAULT 0
  due_at timestamp with time zone NOT NULL
  ended_at timestamp with time zone
  reason text
  letters_check: CHECK (((state = 'waiting'::text) = (ended_at IS NULL)))
  letters_notice_id_fkey: FOREIGN KEY (notice_id) REFERENCES tenants.member_notices(notice_id)
  letters_pkey: PRIMARY KEY (notice_id)
  letters_state_check: CHECK ((state = ANY (ARRAY['waiting'::text, 'sent'::text, 'dropped'::text, 'dead'::text])))
  letters_tries_check: CHECK ((tries >= 0))
  CREATE INDEX letters_dead ON tenants.letters USING btree (notice_id) WHERE (state = 'dead'::text)
  CREATE INDEX letters_waiting ON tenants.letters USING btree (due_at, notice_id) WHERE (state = 'waiting'::text)
  CREATE UNIQUE INDEX letters_pkey ON tenants.letters USING btree (notice_id)
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_auditor

tenants.limits
  client_id text NOT NULL
  per_second integer NOT NULL
  burst integer NOT NULL
  till_per_second integer NOT NULL
  till_burst integer NOT NULL
  author text NOT NULL
  reason text NOT NULL
  limits_author_check: CHECK ((author <> ''::text))
  limits_burst_check: CHECK ((burst > 0))
  limits_per_second_check: CHECK ((per_second > 0))
  limits_pkey: PRIMARY KEY (client_id)
  limits_reason_check: CHECK ((reason <> ''::text))
  limits_till_burst_check: CHECK ((till_burst > 0))
  limits_till_per_second_check: CHECK ((till_per_second > 0))
  CREATE UNIQUE INDEX limits_pkey ON tenants.limits USING btree (client_id)
  GRANT INSERT, SELECT, UPDATE TO meguri_worker
  GRANT SELECT TO meguri_auditor
  GRANT SELECT TO meguri_counter

tenants.lookups
  tenant_id bigint NOT NULL
  till text NOT NULL
  minute_at timestamp with time zone NOT NULL
  lookups integer NOT NULL
  lookups_lookups_check: CHECK ((lookups > 0))
  lookups_pkey: PRIMARY KEY (tenant_id, till, minute_at)
  lookups_tenant_id_till_fkey: FOREIGN KEY (tenant_id, till) REFERENCES tenants.tills(tenant_id, till)
  CREATE UNIQUE INDEX lookups_pkey ON tenants.lookups USING btree (tenant_id, till, minute_at)
  POLICY counts FOR ALL TO {meguri_counter} USING true
  POLICY sweeps FOR ALL TO {meguri_worker} USING true
  POLICY whole FOR SELECT TO {meguri_auditor} USING true
  GRANT DELETE, SELECT TO meguri_worker
  GRANT INSERT, SELECT, UPDATE TO meguri_counter
  GRANT SELECT TO meguri_auditor

tenants.mail_choices
  member_id bigint NOT NULL
  kind text NOT NULL
  wanted boolean NOT NULL
  changed_at timestamp with time zone NOT NULL
  mail_choices_kind_check: CHECK ((kind ~ '^[a-z][a-z-]{0,30}$'::text))
  mail_choices_pkey: PRIMARY KEY (member_id, kind)
  CREATE UNIQUE INDEX mail_choices_pkey ON tenants.mail_choices USING btree (member_id, kind)
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_auditor

tenants.member_homes
  member_id bigint NOT NULL
  facility_id bigint NOT NULL
  chosen_at timestamp with time zone NOT NULL
  member_homes_facility_id_fkey: FOREIGN KEY (facility_id) REFERENCES tenants.facilities(facility_id)
  member_homes_pkey: PRIMARY KEY (member_id)
  CREATE UNIQUE INDEX member_homes_pkey ON tenants.member_homes USING btree (member_id)
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_auditor

tenants.member_languages
  member_id bigint NOT NULL
  lang text NOT NULL
  member_languages_lang_check: CHECK ((lang = ANY (ARRAY['ja'::text, 'en'::text])))
  member_languages_pkey: PRIMARY KEY (member_id)
  CREATE UNIQUE INDEX member_languages_pkey ON tenants.member_languages USING btree (member_id)
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_auditor

tenants.member_notices
  notice_id bigint NOT NULL DEFAULT nextval('tenants.ids'::regclass)
  member_id bigint NOT NULL
  occasion text NOT NULL
  kind text NOT NULL
  facts jsonb NOT NULL
  due_at timestamp with time zone NOT NULL
  sent_at timestamp with time zone
  seen_at timestamp with time zone
  denied_at timestamp with time zone
  member_notices_facts_check: CHECK ((jsonb_typeof(facts) = 'object'::text))
  member_notices_kind_check: CHECK ((kind ~ '^[a-z][a-z-]{0,30}$'::text))
  member_notices_member_id_occasion_key: UNIQUE (member_id, occasion)
  member_notices_occasion_check: CHECK ((occasion ~ '^[a-z][A-Za-z0-9/_.:-]{0,99}$'::text))
  member_notices_pkey: PRIMARY KEY (notice_id)
  CREATE INDEX member_notices_denied ON tenants.member_notices USING btree (denied_at, notice_id) WHERE (denied_at IS NOT NULL)
  CREATE INDEX member_notices_to_send ON tenants.member_notices USING btree (due_at, notice_id) WHERE (sent_at IS NULL)
  CREATE UNIQUE INDEX member_notices_member_id_occasion_key ON tenants.member_notices USING btree (member_id, occasion)
  CREATE UNIQUE INDEX member_notices_pkey ON tenants.member_notices USING btree (notice_id)
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_auditor

tenants.member_reminders
  member_id bigint NOT NULL
  kind text NOT NULL
  days ARRAY NOT NULL
  changed_at timestamp with time zone NOT NULL
  member_reminders_days_check: CHECK (((cardinality(days) <= 5) AND (1 <= ALL (days)) AND (366 >= ALL (days))))
  member_reminders_kind_check: CHECK ((kind = ANY (ARRAY['expiry'::text, 'dormant'::text])))
  member_reminders_pkey: PRIMARY KEY (member_id, kind)
  CREATE UNIQUE INDEX member_reminders_pkey ON tenants.member_reminders USING btree (member_id, kind)
  GRANT DELETE, INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_auditor

tenants.noticed
  one boolean NOT NULL DEFAULT true
  number bigint NOT NULL
  noticed_number_check: CHECK ((number >= 0))
  noticed_one_check: CHECK (one)
  noticed_pkey: PRIMARY KEY (one)
  CREATE UNIQUE INDEX noticed_pkey ON tenants.noticed USING btree (one)
  GRANT SELECT TO meguri_auditor
  GRANT SELECT TO meguri_worker

tenants.notices
  notice text NOT NULL
  version smallint NOT NULL
  from_on date NOT NULL
  words text NOT NULL
  words_en text NOT NULL
  author text NOT NULL
  reason text NOT NULL
  notices_author_check: CHECK ((author <> ''::text))
  notices_notice_check: CHECK ((notice ~ '^[a-z][a-z-]{0,30}$'::text))
  notices_pkey: PRIMARY KEY (notice, version)
  notices_reason_check: CHECK ((reason <> ''::text))
  notices_version_check: CHECK ((version > 0))
  notices_words_check: CHECK ((words <> ''::text))
  notices_words_en_check: CHECK ((words_en <> ''::text))
  CREATE UNIQUE INDEX notices_pkey ON tenants.notices USING btree (notice, version)
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_app
  GRANT SELECT TO meguri_auditor
  GRANT SELECT TO meguri_counter

tenants.occasions
  occasion_id bigint NOT NULL DEFAULT nextval('tenants.ids'::regclass)
  code text NOT NULL
  kind text NOT NULL
  name text NOT NULL
  name_en text NOT NULL
  from_on date NOT NULL
  facility_id bigint
  points bigint NOT NULL
  friend_points bigint NOT NULL DEFAULT 0
  per text NOT NULL
  most_per_year integer
  paid_yen_from bigint NOT NULL DEFAULT 0
  stamps smallint
  open_days smallint
  prize text
  lasts_days smallint
  ring_fenced boolean NOT NULL DEFAULT false
  running boolean NOT NULL DEFAULT true
  facility_weight smallint NOT NULL DEFAULT 0
  operator_weight smallint NOT NULL DEFAULT 0
  tenant_weight smallint NOT NULL DEFAULT 0
  author text NOT NULL
  reason text NOT NULL
  set_at timestamp with time zone NOT NULL
  occasions_author_check: CHECK ((author <> ''::text))
  occasions_check1: CHECK ((((facility_weight + operator_weight) + tenant_weight) > 0))
  occasions_check2: CHECK (((kind = ANY (ARRAY['stamp'::text, 'rally'::text])) = (stamps IS NOT NULL)))
  occasions_check3: CHECK (((kind <> 'rally'::text) OR (open_days IS NOT NULL)))
  occasions_check4: CHECK (((friend_points = 0) OR (kind = 'referral'::text)))
  occasions_check5: CHECK (((kind = 'birthday'::text) = (per = ANY (ARRAY['month'::text, 'day'::text]))))
  occasions_check6: CHECK (((kind <> ALL (ARRAY['birthday'::text, 'anniversary'::text, 'login'::text])) OR (tenant_weight = 0)))
  occasions_check7: CHECK (((kind <> ALL (ARRAY['birthday'::text, 'anniversary'::text, 'login'::text])) OR (facility_weight = 0) OR (facility_id IS NOT NULL)))
  occasions_check: CHECK (((NOT ring_fenced) OR (facility_id IS NOT NULL)))
  occasions_code_check: CHECK ((code ~ '^[a-z0-9][a-z0-9-]{0,23}$'::text))
  occasions_facility_id_fkey: FOREIGN KEY (facility_id) REFERENCES tenants.facilities(facility_id)
  occasions_facility_weight_check: CHECK ((facility_weight >= 0))
  occasions_friend_points_check: CHECK (((friend_points >= 0) AND (friend_points <= 10000000)))
  occasions_kind_check: CHECK ((kind = ANY (ARRAY['visit'::text, 'birthday'::text, 'anniversary'::text, 'referral'::text, 'first-visit'::text, 'login'::text, 'stamp'::text, 'rally'::text])))
  occasions_lasts_days_check: CHECK (((lasts_days >= 1) AND (lasts_days <= 3660)))
  occasions_most_per_year_check: CHECK ((most_per_year > 0))
  occasions_name_check: CHECK ((name <> ''::text))
  occasions_name_en_check: CHECK ((name_en <> ''::text))
  occasions_open_days_check: CHECK (((open_days >= 1) AND (open_days <= 3660)))
  occasions_operator_weight_check: CHECK ((operator_weight >= 0))
  occasions_paid_yen_from_check: CHECK ((paid_yen_from >= 0))
  occasions_per_check: CHECK ((per = ANY (ARRAY['member'::text, 'facility'::text, 'shop'::text, 'month'::text, 'day'::text])))
  occasions_pkey: PRIMARY KEY (occasion_id)
  occasions_points_check: CHECK (((points >= 0) AND (points <= 10000000)))
  occasions_prize_check: CHECK ((prize <> ''::text))
  occasions_reason_check: CHECK ((reason <> ''::text))
  occasions_stamps_check: CHECK (((stamps >= 2) AND (stamps <= 100)))
  occasions_tenant_weight_check: CHECK ((tenant_weight >= 0))
  CREATE INDEX occasions_by_code ON tenants.occasions USING btree (code, from_on DESC, occasion_id DESC)
  CREATE UNIQUE INDEX occasions_pkey ON tenants.occasions USING btree (occasion_id)
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_app
  GRANT SELECT TO meguri_auditor
  GRANT SELECT TO meguri_counter
  GRANT SELECT TO meguri_desk

tenants.offline_terms
  tenant_id bigint NOT NULL
  from_on date NOT NULL
  per_line_points bigint NOT NULL
  per_till_day_points bigint NOT NULL
  author text NOT NULL
  reason text NOT NULL
  offline_terms_per_line_points_check: CHECK ((per_line_points >= 0))
  offline_terms_per_till_day_points_check: CHECK ((per_till_day_points >= 0))
  offline_terms_pkey: PRIMARY KEY (tenant_id, from_on)
  offline_terms_tenant_id_fkey: FOREIGN KEY (tenant_id) REFERENCES tenants.tenants(tenant_id)
  CREATE UNIQUE INDEX offline_terms_pkey ON tenants.offline_terms USING btree (tenant_id, from_on)
  POLICY own FOR SELECT TO {meguri_app} USING (tenant_id = federation.reader())
  POLICY whole FOR SELECT TO {meguri_auditor} USING true
  POLICY works FOR ALL TO {meguri_worker} USING true
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_app
  GRANT SELECT TO meguri_auditor

tenants.pace_stops
  stop_id bigint NOT NULL DEFAULT nextval('tenants.ids'::regclass)
  member_id bigint NOT NULL
  entry_id bigint NOT NULL
  business_date date NOT NULL
  why text NOT NULL
  stopped_at timestamp with time zone NOT NULL
  released_at timestamp with time zone
  released_by text
  release_reason text
  pace_stops_check1: CHECK (((released_at IS NULL) = (release_reason IS NULL)))
  pace_stops_check: CHECK (((released_at IS NULL) = (released_by IS NULL)))
  pace_stops_member_id_entry_id_key: UNIQUE (member_id, entry_id)
  pace_stops_pkey: PRIMARY KEY (stop_id)
  pace_stops_release_reason_check: CHECK ((release_reason <> ''::text))
  pace_stops_why_check: CHECK ((why = ANY (ARRAY['often'::text, 'far'::text, 'earned'::text])))
  CREATE INDEX pace_stops_by_day ON tenants.pace_stops USING btree (business_date)
  CREATE UNIQUE INDEX pace_stops_member_id_entry_id_key ON tenants.pace_stops USING btree (member_id, entry_id)
  CREATE UNIQUE INDEX pace_stops_open ON tenants.pace_stops USING btree (member_id) WHERE (released_at IS NULL)
  CREATE UNIQUE INDEX pace_stops_pkey ON tenants.pace_stops USING btree (stop_id)
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_auditor

tenants.paces
  from_on date NOT NULL
  redemptions smallint
  apart_minutes smallint
  author text NOT NULL
  reason text NOT NULL
  accruals smallint
  paces_accruals_check: CHECK (((accruals >= 1) AND (accruals <= 1000)))
  paces_apart_minutes_check: CHECK (((apart_minutes >= 1) AND (apart_minutes <= 1440)))
  paces_author_check: CHECK ((author <> ''::text))
  paces_pkey: PRIMARY KEY (from_on)
  paces_reason_check: CHECK ((reason <> ''::text))
  paces_redemptions_check: CHECK (((redemptions >= 1) AND (redemptions <= 1000)))
  CREATE UNIQUE INDEX paces_pkey ON tenants.paces USING btree (from_on)
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_auditor
  GRANT SELECT TO meguri_counter
  GRANT SELECT TO meguri_desk

tenants.parties
  party_id bigint NOT NULL
  kind text NOT NULL
  code text NOT NULL
  name text NOT NULL
  name_en text NOT NULL
  parties_code_key: UNIQUE (code)
  parties_kind_check: CHECK ((kind = ANY (ARRAY['operator'::text, 'facility'::text, 'tenant'::text, 'fund'::text, 'promotion'::text])))
  parties_pkey: PRIMARY KEY (party_id)
  CREATE UNIQUE INDEX parties_code_key ON tenants.parties USING btree (code)
  CREATE UNIQUE INDEX parties_pkey ON tenants.parties USING btree (party_id)
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_app
  GRANT SELECT TO meguri_auditor
  GRANT SELECT TO meguri_counter
  GRANT SELECT TO meguri_desk

tenants.phone_lookups
  tenant_id bigint NOT NULL
  till text NOT NULL
  since_at timestamp with time zone NOT NULL
  lookups integer NOT NULL
  phone_lookups_lookups_check: CHECK ((lookups > 0))
  phone_lookups_pkey: PRIMARY KEY (tenant_id, till, since_at)
  phone_lookups_tenant_id_fkey: FOREIGN KEY (tenant_id) REFERENCES tenants.tenants(tenant_id)
  CREATE UNIQUE INDEX phone_lookups_pkey ON tenants.phone_lookups USING btree (tenant_id, till, since_at)
  POLICY counts FOR ALL TO {meguri_counter} USING true
  POLICY sweeps FOR ALL TO {meguri_worker} USING true
  POLICY whole FOR SELECT TO {meguri_auditor} USING true
  GRANT DELETE, SELECT TO meguri_worker
  GRANT INSERT, SELECT, UPDATE TO meguri_counter
  GRANT SELECT TO meguri_auditor

tenants.privacy
  one boolean NOT NULL DEFAULT true
  no_personal_data boolean NOT NULL
  author text NOT NULL
  reason text NOT NULL
  changed_at timestamp with time zone NOT NULL
  privacy_author_check: CHECK ((author <> ''::text))
  privacy_one_check: CHECK (one)
  privacy_pkey: PRIMARY KEY (one)
  privacy_reason_check: CHECK ((reason <> ''::text))
  CREATE UNIQUE INDEX privacy_pkey ON tenants.privacy USING btree (one)
  GRANT SELECT TO meguri_auditor
  GRANT SELECT TO meguri_counter
  GRANT SELECT TO meguri_worker

tenants.profile_rewards
  field text NOT NULL
  from_on date NOT NULL
  points bigint NOT NULL
  author text NOT NULL
  reason text NOT NULL
  funder_id bigint NOT NULL DEFAULT 1
  profile_rewards_author_check: CHECK ((author <> ''::text))
  profile_rewards_field_check: CHECK ((field = ANY (ARRAY['birth_on'::text, 'postcode'::text, 'sex'::text, 'name'::text])))
  profile_rewards_funder_id_fkey: FOREIGN KEY (funder_id) REFERENCES tenants.parties(party_id)
  profile_rewards_pkey: PRIMARY KEY (field, from_on)
  profile_rewards_points_check: CHECK (((points >= 0) AND (points <= 200)))
  profile_rewards_reason_check: CHECK ((reason <> ''::text))
  CREATE UNIQUE INDEX profile_rewards_pkey ON tenants.profile_rewards USING btree (field, from_on)
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_auditor
  GRANT SELECT TO meguri_counter

tenants.programme
  from_on date NOT NULL
  spend_order text NOT NULL DEFAULT 'EXPIRY_FIRST'::text
  shortage_policy text NOT NULL DEFAULT 'DEDUCT_FROM_REFUND'::text
  redemption_limit_points_per_day bigint
  usable_from text NOT NULL DEFAULT 'AT_ONCE'::text
  late_claim_days smallint NOT NULL DEFAULT 7
  author text NOT NULL
  reason text NOT NULL
  programme_author_check: CHECK ((author <> ''::text))
  programme_late_claim_days_check: CHECK (((late_claim_days >= 0) AND (late_claim_days <= 31)))
  programme_pkey: PRIMARY KEY (from_on)
  programme_reason_check: CHECK ((reason <> ''::text))
  programme_redemption_limit_points_per_day_check: CHECK ((redemption_limit_points_per_day > 0))
  programme_shortage_policy_check: CHECK ((shortage_policy = ANY (ARRAY['DEDUCT_FROM_REFUND'::text, 'NEGATIVE_BALANCE'::text, 'WAIVE'::text, 'REJECT'::text])))
  programme_spend_order_check: CHECK ((spend_order = ANY (ARRAY['EXPIRY_FIRST'::text, 'LIMITED_FIRST'::text])))
  programme_usable_from_check: CHECK ((usable_from = ANY (ARRAY['AT_ONCE'::text, 'NEXT_DAY'::text])))
  CREATE UNIQUE INDEX programme_pkey ON tenants.programme USING btree (from_on)
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_app
  GRANT SELECT TO meguri_auditor
  GRANT SELECT TO meguri_counter
  GRANT SELECT TO meguri_desk

tenants.promotions
  promotion_id bigint NOT NULL DEFAULT nextval('tenants.ids'::regclass)
  member_id bigint NOT NULL
  rank text NOT NULL
  rule text NOT NULL
  rule_from_on date NOT NULL
  window_on date NOT NULL
  figure bigint NOT NULL
  from_on date NOT NULL
  to_on date NOT NULL
  decided_at timestamp with time zone NOT NULL
  withdrawn_on date
  promotions_check: CHECK ((from_on <= to_on))
  promotions_figure_check: CHECK ((figure > 0))
  promotions_member_id_rule_window_on_key: UNIQUE (member_id, rule, window_on)
  promotions_pkey: PRIMARY KEY (promotion_id)
  promotions_rank_fkey: FOREIGN KEY (rank) REFERENCES tenants.ranks(rank)
  promotions_rule_rule_from_on_fkey: FOREIGN KEY (rule, rule_from_on) REFERENCES tenants.rank_rules(rule, from_on)
  CREATE INDEX promotions_begin ON tenants.promotions USING btree (from_on, member_id)
  CREATE INDEX promotions_end ON tenants.promotions USING btree (to_on, member_id)
  CREATE UNIQUE INDEX promotions_member_id_rule_window_on_key ON tenants.promotions USING btree (member_id, rule, window_on)
  CREATE UNIQUE INDEX promotions_pkey ON tenants.promotions USING btree (promotion_id)
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_app
  GRANT SELECT TO meguri_auditor
  GRANT SELECT TO meguri_counter

tenants.proposals
  proposal_id bigint NOT NULL DEFAULT nextval('tenants.ids'::regclass)
  what text NOT NULL
  slip text NOT NULL
  fingerprint bytea NOT NULL
  member_id bigint
  points bigint NOT NULL
  content jsonb NOT NULL
  proposed_by text NOT NULL
  proposed_at timestamp with time zone NOT NULL
  state text NOT NULL DEFAULT 'proposed'::text
  decided_by text
  decided_at timestamp with time zone
  reason text
  proposals_check1: CHECK (((state = 'proposed'::text) = (decided_by IS NULL)))
  proposals_check2: CHECK (((state = 'proposed'::text) = (decided_at IS NULL)))
  proposals_check: CHECK ((decided_by <> proposed_by))
  proposals_fingerprint_check: CHECK ((length(fingerprint) = 32))
  proposals_pkey: PRIMARY KEY (proposal_id)
  proposals_slip_key: UNIQUE (slip)
  proposals_state_check: CHECK ((state = ANY (ARRAY['proposed'::text, 'approved'::text, 'rejected'::text])))
  proposals_what_check: CHECK ((what = ANY (ARRAY['adjustment'::text, 'import'::text])))
  CREATE INDEX proposals_waiting ON tenants.proposals USING btree (proposal_id) WHERE (state = 'proposed'::text)
  CREATE UNIQUE INDEX proposals_pkey ON tenants.proposals USING btree (proposal_id)
  CREATE UNIQUE INDEX proposals_slip_key ON tenants.proposals USING btree (slip)
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_auditor

tenants.question_words
  question_id bigint NOT NULL
  number smallint NOT NULL
  who text NOT NULL
  who_name text NOT NULL
  answers boolean NOT NULL
  words text NOT NULL
  at timestamp with time zone NOT NULL
  question_words_number_check: CHECK ((number > 0))
  question_words_pkey: PRIMARY KEY (question_id, number)
  question_words_question_id_fkey: FOREIGN KEY (question_id) REFERENCES tenants.questions(question_id)
  question_words_who_check: CHECK ((who <> ''::text))
  question_words_words_check: CHECK ((words <> ''::text))
  CREATE UNIQUE INDEX question_words_pkey ON tenants.question_words USING btree (question_id, number)
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_auditor

tenants.questions
  question_id bigint NOT NULL
  shop_id bigint
  asked_by text NOT NULL
  asked_name text NOT NULL
  title text NOT NULL
  state text NOT NULL DEFAULT 'open'::text
  asked_at timestamp with time zone NOT NULL
  moved_at timestamp with time zone NOT NULL
  questions_asked_by_check: CHECK ((asked_by <> ''::text))
  questions_pkey: PRIMARY KEY (question_id)
  questions_state_check: CHECK ((state = ANY (ARRAY['open'::text, 'answered'::text, 'closed'::text])))
  questions_title_check: CHECK ((title <> ''::text))
  CREATE INDEX questions_by_state ON tenants.questions USING btree (state, question_id)
  CREATE UNIQUE INDEX questions_pkey ON tenants.questions USING btree (question_id)
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_auditor

tenants.rank_basis
  member_id bigint NOT NULL
  business_date date NOT NULL
  spend_yen bigint NOT NULL
  points bigint NOT NULL
  rank_basis_pkey: PRIMARY KEY (member_id, business_date)
  CREATE INDEX rank_basis_on ON tenants.rank_basis USING btree (business_date, member_id)
  CREATE UNIQUE INDEX rank_basis_pkey ON tenants.rank_basis USING btree (member_id, business_date)
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_app
  GRANT SELECT TO meguri_auditor
  GRANT SELECT TO meguri_counter

tenants.rank_bonuses
  rank text NOT NULL
  from_on date NOT NULL
  multiplier integer NOT NULL
  funder_id bigint NOT NULL
  author text NOT NULL
  reason text NOT NULL
  rank_bonuses_funder_id_fkey: FOREIGN KEY (funder_id) REFERENCES tenants.parties(party_id)
  rank_bonuses_multiplier_check: CHECK (((multiplier >= 1) AND (multiplier <= 100)))
  rank_bonuses_pkey: PRIMARY KEY (rank, from_on)
  CREATE UNIQUE INDEX rank_bonuses_pkey ON tenants.rank_bonuses USING btree (rank, from_on)
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_app
  GRANT SELECT TO meguri_auditor
  GRANT SELECT TO meguri_counter
  GRANT SELECT TO meguri_desk

tenants.rank_flows
  number bigint
  member_id bigint
  business_date date
  spend_yen bigint
  points bigint
  GRANT SELECT TO meguri_auditor
  GRANT SELECT TO meguri_worker

tenants.rank_mark
  one boolean NOT NULL DEFAULT true
  number bigint NOT NULL DEFAULT 0
  rank_mark_number_check: CHECK ((number >= 0))
  rank_mark_one_check: CHECK (one)
  rank_mark_pkey: PRIMARY KEY (one)
  CREATE UNIQUE INDEX rank_mark_pkey ON tenants.rank_mark USING btree (one)
  GRANT SELECT TO meguri_auditor
  GRANT SELECT TO meguri_worker

tenants.rank_rules
  rule text NOT NULL
  from_on date NOT NULL
  rank text NOT NULL
  measure text NOT NULL
  span text NOT NULL
  months smallint
  threshold bigint
  takes_effect text NOT NULL
  lowered boolean NOT NULL
  author text NOT NULL
  reason text NOT NULL
  rank_rules_author_check: CHECK ((author <> ''::text))
  rank_rules_check1: CHECK (((span <> 'months'::text) OR (takes_effect = 'at-once'::text)))
  rank_rules_check: CHECK (((span = 'months'::text) = (months IS NOT NULL)))
  rank_rules_measure_check: CHECK ((measure = ANY (ARRAY['spend'::text, 'visits'::text, 'points'::text])))
  rank_rules_months_check: CHECK (((months >= 1) AND (months <= 36)))
  rank_rules_pkey: PRIMARY KEY (rule, from_on)
  rank_rules_rank_fkey: FOREIGN KEY (rank) REFERENCES tenants.ranks(rank)
  rank_rules_reason_check: CHECK ((reason <> ''::text))
  rank_rules_rule_check: CHECK ((rule ~ '^[a-z][a-z0-9-]{0,30}$'::text))
  rank_rules_span_check: CHECK ((span = ANY (ARRAY['fiscal-year'::text, 'calendar-year'::text, 'months'::text])))
  rank_rules_takes_effect_check: CHECK ((takes_effect = ANY (ARRAY['at-once'::text, 'next-year'::text])))
  rank_rules_threshold_check: CHECK ((threshold > 0))
  CREATE UNIQUE INDEX rank_rules_pkey ON tenants.rank_rules USING btree (rule, from_on)
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_app
  GRANT SELECT TO meguri_auditor
  GRANT SELECT TO meguri_counter

tenants.rank_turns
  turn_id bigint NOT NULL DEFAULT nextval('tenants.ids'::regclass)
  member_id bigint NOT NULL
  was text NOT NULL
  rank text NOT NULL
  since_on date NOT NULL
  why text NOT NULL
  at timestamp with time zone NOT NULL
  rank_turns_pkey: PRIMARY KEY (turn_id)
  CREATE INDEX rank_turns_of_member ON tenants.rank_turns USING btree (member_id, turn_id)
  CREATE UNIQUE INDEX rank_turns_pkey ON tenants.rank_turns USING btree (turn_id)
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_auditor

tenants.ranks
  rank text NOT NULL
  place smallint NOT NULL
  name text NOT NULL
  name_en text NOT NULL
  ranks_name_check: CHECK ((name <> ''::text))
  ranks_name_en_check: CHECK ((name_en <> ''::text))
  ranks_pkey: PRIMARY KEY (rank)
  ranks_place_check: CHECK ((place >= 0))
  ranks_place_key: UNIQUE (place)
  ranks_rank_check: CHECK ((rank ~ '^[a-z][a-z0-9-]{0,30}$'::text))
  CREATE UNIQUE INDEX ranks_pkey ON tenants.ranks USING btree (rank)
  CREATE UNIQUE INDEX ranks_place_key ON tenants.ranks USING btree (place)
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_app
  GRANT SELECT TO meguri_auditor
  GRANT SELECT TO meguri_counter

tenants.referral_codes
  member_id bigint NOT NULL
  code text NOT NULL
  made_at timestamp with time zone NOT NULL
  referral_codes_code_check: CHECK ((code ~ '^[A-Z2-7]{10}$'::text))
  referral_codes_code_key: UNIQUE (code)
  referral_codes_pkey: PRIMARY KEY (member_id)
  CREATE UNIQUE INDEX referral_codes_code_key ON tenants.referral_codes USING btree (code)
  CREATE UNIQUE INDEX referral_codes_pkey ON tenants.referral_codes USING btree (member_id)
  GRANT INSERT, SELECT TO meguri_counter
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_auditor

tenants.referrals
  friend_id bigint NOT NULL
  referrer_id bigint NOT NULL
  named_on date NOT NULL
  given_entry_id bigint
  referrals_check: CHECK ((referrer_id <> friend_id))
  referrals_pkey: PRIMARY KEY (friend_id)
  CREATE INDEX referrals_of_referrer ON tenants.referrals USING btree (referrer_id)
  CREATE UNIQUE INDEX referrals_pkey ON tenants.referrals USING btree (friend_id)
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_auditor

tenants.reminders
  kind text NOT NULL
  days smallint NOT NULL
  from_on date NOT NULL
  wanted boolean NOT NULL DEFAULT true
  author text NOT NULL
  reason text NOT NULL
  reminders_author_check: CHECK ((author <> ''::text))
  reminders_days_check: CHECK (((days >= 1) AND (days <= 366)))
  reminders_kind_check: CHECK ((kind = ANY (ARRAY['expiry'::text, 'dormant'::text])))
  reminders_pkey: PRIMARY KEY (kind, days, from_on)
  reminders_reason_check: CHECK ((reason <> ''::text))
  CREATE UNIQUE INDEX reminders_pkey ON tenants.reminders USING btree (kind, days, from_on)
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_auditor

tenants.sales
  shop_id bigint
  business_date date
  hour smallint
  receipts bigint
  uses bigint
  issued_points bigint
  redeemed_points bigint
  lapsed_points bigint
  sales_yen bigint
  GRANT SELECT TO meguri_app
  GRANT SELECT TO meguri_auditor
  GRANT SELECT TO meguri_worker

tenants.sales_flows
  xid xid8
  member_id bigint
  entry_id bigint
  booked_at timestamp with time zone
  shop_id bigint
  business_date date
  booked_as text
  till text
  staff text
  slip text
  receipt_till text
  receipt_no text
  points bigint
  paid_yen bigint
  at timestamp with time zone
  hour smallint
  kind text
  receipts integer
  uses integer
  issued_points bigint
  redeemed_points bigint
  lapsed_points bigint
  sales_yen bigint
  GRANT SELECT TO meguri_app
  GRANT SELECT TO meguri_auditor
  GRANT SELECT TO meguri_worker

tenants.sales_hours
  shop_id bigint NOT NULL
  business_date date NOT NULL
  hour smallint NOT NULL
  receipts bigint NOT NULL
  uses bigint NOT NULL
  issued_points bigint NOT NULL
  redeemed_points bigint NOT NULL
  lapsed_points bigint NOT NULL
  sales_yen bigint NOT NULL
  sales_hours_hour_check: CHECK (((hour >= 0) AND (hour <= 23)))
  sales_hours_pkey: PRIMARY KEY (business_date, shop_id, hour)
  CREATE UNIQUE INDEX sales_hours_pkey ON tenants.sales_hours USING btree (business_date, shop_id, hour)
  POLICY fold FOR ALL TO {meguri_worker} USING true
  POLICY own FOR SELECT TO {meguri_app} USING (shop_id IN ( SELECT shops.shop_id
   FROM tenants.shops))
  POLICY whole FOR SELECT TO {meguri_auditor} USING true
  GRANT INSERT, SELECT, UPDATE TO meguri_worker
  GRANT SELECT TO meguri_app
  GRANT SELECT TO meguri_auditor

tenants.sales_mark
  one boolean NOT NULL DEFAULT true
  xid xid8 NOT NULL DEFAULT '0'::xid8
  sales_mark_one_check: CHECK (one)
  sales_mark_pkey: PRIMARY KEY (one)
  CREATE UNIQUE INDEX sales_mark_pkey ON tenants.sales_mark USING btree (one)
  GRANT SELECT TO meguri_app
  GRANT SELECT TO meguri_auditor
  GRANT SELECT TO meguri_worker

tenants.sales_visitors
  shop_id bigint NOT NULL
  business_date date NOT NULL
  hour smallint NOT NULL
  member_id bigint NOT NULL
  visits integer NOT NULL
  sales_visitors_hour_check: CHECK (((hour >= 0) AND (hour <= 23)))
  sales_visitors_pkey: PRIMARY KEY (business_date, shop_id, hour, member_id)
  CREATE UNIQUE INDEX sales_visitors_pkey ON tenants.sales_visitors USING btree (business_date, shop_id, hour, member_id)
  POLICY fold FOR ALL TO {meguri_worker} USING true
  POLICY own FOR SELECT TO {meguri_app} USING (shop_id IN ( SELECT shops.shop_id
   FROM tenants.shops))
  POLICY whole FOR SELECT TO {meguri_auditor} USING true
  GRANT INSERT, SELECT, UPDATE TO meguri_worker
  GRANT SELECT TO meguri_app
  GRANT SELECT TO meguri_auditor

tenants.schemes
  scheme_id integer NOT NULL
  funding text NOT NULL
  from_on date NOT NULL
  author text NOT NULL
  reason text NOT NULL
  breakage text NOT NULL DEFAULT 'PROMO_FUND'::text
  attribution text NOT NULL DEFAULT 'FIFO'::text
  schemes_attribution_check: CHECK (((attribution = 'FIFO'::text) OR ((attribution = 'PROPORTIONAL'::text) AND (funding = 'at-redemption'::text))))
  schemes_breakage_check: CHECK ((breakage = ANY (ARRAY['PROMO_FUND'::text, 'HUB_REVENUE'::text, 'RETURN_TO_FUNDER'::text])))
  schemes_from_on_key: UNIQUE (from_on)
  schemes_funding_check: CHECK ((funding = ANY (ARRAY['at-issue'::text, 'at-redemption'::text, 'redeemer-bears'::text])))
  schemes_pkey: PRIMARY KEY (scheme_id)
  CREATE UNIQUE INDEX schemes_from_on_key ON tenants.schemes USING btree (from_on)
  CREATE UNIQUE INDEX schemes_pkey ON tenants.schemes USING btree (scheme_id)
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_app
  GRANT SELECT TO meguri_auditor
  GRANT SELECT TO meguri_counter
  GRANT SELECT TO meguri_desk

tenants.segment_members
  segment text NOT NULL
  member_id bigint NOT NULL
  since_on date NOT NULL
  until_on date
  segment_members_pkey: PRIMARY KEY (segment, member_id, since_on)
  segment_members_segment_fkey: FOREIGN KEY (segment) REFERENCES tenants.segments(segment)
  CREATE INDEX segment_members_now ON tenants.segment_members USING btree (segment, member_id) WHERE (until_on IS NULL)
  CREATE UNIQUE INDEX segment_members_pkey ON tenants.segment_members USING btree (segment, member_id, since_on)
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_auditor

tenants.segments
  segment text NOT NULL
  name text NOT NULL
  name_en text NOT NULL
  rule jsonb NOT NULL
  author text NOT NULL
  reason text NOT NULL
  made_at timestamp with time zone NOT NULL
  counted_on date
  after_member_id bigint NOT NULL DEFAULT 0
  counting_on date
  members bigint
  segments_author_check: CHECK ((author <> ''::text))
  segments_members_check: CHECK ((members >= 0))
  segments_pkey: PRIMARY KEY (segment)
  segments_reason_check: CHECK ((reason <> ''::text))
  segments_segment_check: CHECK ((segment ~ '^[A-Za-z0-9][A-Za-z0-9_.-]{0,39}$'::text))
  CREATE UNIQUE INDEX segments_pkey ON tenants.segments USING btree (segment)
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_auditor

tenants.settings
  setting_id bigint NOT NULL
  level text NOT NULL
  of_id bigint NOT NULL
  tenant_id bigint
  key text NOT NULL
  from_on date NOT NULL
  value jsonb
  author text NOT NULL
  reason text NOT NULL
  decided_at timestamp with time zone NOT NULL
  settings_author_check: CHECK ((author <> ''::text))
  settings_check1: CHECK (((level <> 'tenant'::text) OR (of_id = tenant_id)))
  settings_check2: CHECK (((level <> 'operator'::text) OR (of_id = 1)))
  settings_check: CHECK (((tenant_id IS NOT NULL) = (level = ANY (ARRAY['tenant'::text, 'shop'::text]))))
  settings_key_check: CHECK ((key ~ '^[a-z_]{1,40}(:[A-Za-z0-9_.:/-]{1,64})?$'::text))
  settings_level_check: CHECK ((level = ANY (ARRAY['operator'::text, 'facility'::text, 'tenant'::text, 'shop'::text])))
  settings_pkey: PRIMARY KEY (setting_id)
  settings_reason_check: CHECK ((reason <> ''::text))
  settings_tenant_id_fkey: FOREIGN KEY (tenant_id) REFERENCES tenants.tenants(tenant_id)
  CREATE UNIQUE INDEX settings_pkey ON tenants.settings USING btree (setting_id)
  POLICY lay_out FOR ALL TO {meguri_worker} USING true
  POLICY own FOR SELECT TO {meguri_app} USING ((tenant_id IS NULL) OR (tenant_id = federation.reader()))
  POLICY whole FOR SELECT TO {meguri_auditor,meguri_counter,meguri_desk} USING true
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_app
  GRANT SELECT TO meguri_auditor
  GRANT SELECT TO meguri_counter
  GRANT SELECT TO meguri_desk

tenants.shop_pages
  shop_id bigint NOT NULL
  version integer NOT NULL
  tenant_id bigint NOT NULL
  floor text NOT NULL
  floor_en text NOT NULL
  phone text NOT NULL
  hours text NOT NULL
  hours_en text NOT NULL
  guide text NOT NULL
  guide_en text NOT NULL
  faq jsonb NOT NULL
  author text NOT NULL
  at timestamp with time zone NOT NULL
  shop_pages_author_check: CHECK ((author <> ''::text))
  shop_pages_faq_check: CHECK ((jsonb_typeof(faq) = 'array'::text))
  shop_pages_pkey: PRIMARY KEY (shop_id, version)
  shop_pages_shop_id_fkey: FOREIGN KEY (shop_id) REFERENCES tenants.shops(shop_id)
  shop_pages_tenant_id_fkey: FOREIGN KEY (tenant_id) REFERENCES tenants.tenants(tenant_id)
  shop_pages_version_check: CHECK ((version > 0))
  CREATE UNIQUE INDEX shop_pages_pkey ON tenants.shop_pages USING btree (shop_id, version)
  POLICY lay_out FOR ALL TO {meguri_worker} USING true
  POLICY own FOR SELECT TO {meguri_app} USING (tenant_id = federation.reader())
  POLICY whole FOR SELECT TO {meguri_auditor,meguri_counter} USING true
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_app
  GRANT SELECT TO meguri_auditor
  GRANT SELECT TO meguri_counter

tenants.shops
  shop_id bigint NOT NULL
  tenant_id bigint NOT NULL
  facility_id bigint
  code text NOT NULL
  name text NOT NULL
  name_en text NOT NULL
  trade text NOT NULL
  day_starts time without time zone NOT NULL DEFAULT '00:00:00'::time without time zone
  shops_day_starts_check: CHECK ((day_starts < '12:00:00'::time without time zone))
  shops_facility_id_fkey: FOREIGN KEY (facility_id) REFERENCES tenants.facilities(facility_id)
  shops_pkey: PRIMARY KEY (shop_id)
  shops_tenant_id_code_key: UNIQUE (tenant_id, code)
  shops_tenant_id_fkey: FOREIGN KEY (tenant_id) REFERENCES tenants.tenants(tenant_id)
  CREATE UNIQUE INDEX shops_pkey ON tenants.shops USING btree (shop_id)
  CREATE UNIQUE INDEX shops_tenant_id_code_key ON tenants.shops USING btree (tenant_id, code)
  POLICY lay_out FOR ALL TO {meguri_worker} USING true
  POLICY own FOR SELECT TO {meguri_app} USING (tenant_id = federation.reader())
  POLICY placed FOR SELECT TO {meguri_app} USING (shop_id = ANY (federation.placed()))
  POLICY whole FOR SELECT TO {meguri_auditor,meguri_counter,meguri_desk} USING true
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_app
  GRANT SELECT TO meguri_auditor
  GRANT SELECT TO meguri_counter
  GRANT SELECT TO meguri_desk

tenants.signal_words
  signal text NOT NULL
  number smallint NOT NULL
  decision text NOT NULL
  reason text NOT NULL
  who text NOT NULL
  at timestamp with time zone NOT NULL
  signal_words_decision_check: CHECK ((decision = ANY (ARRAY['harmless'::text, 'watching'::text, 'acted'::text])))
  signal_words_number_check: CHECK ((number > 0))
  signal_words_pkey: PRIMARY KEY (signal, number)
  signal_words_reason_check: CHECK ((reason <> ''::text))
  signal_words_signal_check: CHECK ((signal ~ '^[0-9a-f]{32}$'::text))
  signal_words_who_check: CHECK ((who <> ''::text))
  CREATE UNIQUE INDEX signal_words_pkey ON tenants.signal_words USING btree (signal, number)
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_auditor

tenants.stamp_cards
  member_id bigint NOT NULL
  code text NOT NULL
  card_no integer NOT NULL
  opened_on date NOT NULL
  state text NOT NULL
  stamp_cards_card_no_check: CHECK ((card_no > 0))
  stamp_cards_pkey: PRIMARY KEY (member_id, code, card_no)
  stamp_cards_state_check: CHECK ((state = ANY (ARRAY['open'::text, 'full'::text, 'over'::text])))
  CREATE UNIQUE INDEX stamp_cards_one_open ON tenants.stamp_cards USING btree (member_id, code) WHERE (state = 'open'::text)
  CREATE UNIQUE INDEX stamp_cards_pkey ON tenants.stamp_cards USING btree (member_id, code, card_no)
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_auditor
  GRANT SELECT TO meguri_counter

tenants.stamps
  member_id bigint NOT NULL
  code text NOT NULL
  card_no integer NOT NULL
  mark text NOT NULL
  stamped_on date NOT NULL
  entry_id bigint NOT NULL
  facility_id bigint NOT NULL
  stamps_member_id_code_card_no_fkey: FOREIGN KEY (member_id, code, card_no) REFERENCES tenants.stamp_cards(member_id, code, card_no)
  stamps_pkey: PRIMARY KEY (member_id, code, card_no, mark)
  CREATE INDEX stamps_of_entry ON tenants.stamps USING btree (member_id, entry_id)
  CREATE UNIQUE INDEX stamps_pkey ON tenants.stamps USING btree (member_id, code, card_no, mark)
  GRANT DELETE, INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_auditor
  GRANT SELECT TO meguri_counter

tenants.tenants
  tenant_id bigint NOT NULL
  state text NOT NULL DEFAULT 'active'::text
  tenants_pkey: PRIMARY KEY (tenant_id)
  tenants_state_check: CHECK ((state = ANY (ARRAY['active'::text, 'suspended'::text])))
  tenants_tenant_id_fkey: FOREIGN KEY (tenant_id) REFERENCES tenants.parties(party_id)
  CREATE UNIQUE INDEX tenants_pkey ON tenants.tenants USING btree (tenant_id)
  POLICY lay_out FOR ALL TO {meguri_worker} USING true
  POLICY own FOR SELECT TO {meguri_app} USING (tenant_id = federation.reader())
  POLICY whole FOR SELECT TO {meguri_auditor,meguri_counter,meguri_desk} USING true
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_app
  GRANT SELECT TO meguri_auditor
  GRANT SELECT TO meguri_counter
  GRANT SELECT TO meguri_desk

tenants.terms
  shop_id bigint NOT NULL
  from_on date NOT NULL
  yen_per_point integer
  static_card_limit_points bigint DEFAULT 0
  excluded_categories ARRAY DEFAULT '{}'::text[]
  tax_treatment text NOT NULL DEFAULT 'PAYMENT'::text
  author text NOT NULL
  reason text NOT NULL
  terms_pkey: PRIMARY KEY (shop_id, from_on)
  terms_shop_id_fkey: FOREIGN KEY (shop_id) REFERENCES tenants.shops(shop_id)
  terms_static_card_limit_points_check: CHECK ((static_card_limit_points >= 0))
  terms_tax_treatment_check: CHECK ((tax_treatment = ANY (ARRAY['PAYMENT'::text, 'DISCOUNT'::text])))
  terms_yen_per_point_check: CHECK (((yen_per_point >= 1) AND (yen_per_point <= 100000)))
  CREATE UNIQUE INDEX terms_pkey ON tenants.terms USING btree (shop_id, from_on)
  POLICY lay_out FOR ALL TO {meguri_worker} USING true
  POLICY own FOR SELECT TO {meguri_app} USING (shop_id IN ( SELECT shops.shop_id
   FROM tenants.shops))
  POLICY whole FOR SELECT TO {meguri_auditor,meguri_counter,meguri_desk} USING true
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_app
  GRANT SELECT TO meguri_auditor
  GRANT SELECT TO meguri_counter
  GRANT SELECT TO meguri_desk

tenants.till_enrolments
  code_sha256 bytea NOT NULL
  tenant_id bigint NOT NULL
  till text NOT NULL
  expires_at timestamp with time zone NOT NULL
  used_at timestamp with time zone
  till_enrolments_code_sha256_check: CHECK ((length(code_sha256) = 32))
  till_enrolments_pkey: PRIMARY KEY (code_sha256)
  till_enrolments_tenant_id_till_fkey: FOREIGN KEY (tenant_id, till) REFERENCES tenants.tills(tenant_id, till)
  CREATE UNIQUE INDEX till_enrolments_pkey ON tenants.till_enrolments USING btree (code_sha256)
  POLICY knocks FOR ALL TO {meguri_app} USING (encode(code_sha256, 'hex'::text) = current_setting('meguri.enrolment'::text, true))
  POLICY whole FOR SELECT TO {meguri_auditor} USING true
  POLICY works FOR ALL TO {meguri_worker} USING true
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_app
  GRANT SELECT TO meguri_auditor

tenants.till_keys
  kid text NOT NULL
  tenant_id bigint NOT NULL
  till text NOT NULL
  jwk jsonb NOT NULL
  enrolled_at timestamp with time zone NOT NULL
  retired_at timestamp with time zone
  till_keys_check: CHECK ((retired_at >= enrolled_at))
  till_keys_jwk_check: CHECK ((((jwk ->> 'crv'::text) = 'P-256'::text) AND (NOT (jwk ? 'd'::text))))
  till_keys_kid_check: CHECK ((kid ~ '^[A-Za-z0-9_-]{43}$'::text))
  till_keys_pkey: PRIMARY KEY (kid)
  till_keys_tenant_id_till_fkey: FOREIGN KEY (tenant_id, till) REFERENCES tenants.tills(tenant_id, till)
  CREATE UNIQUE INDEX till_keys_in_use ON tenants.till_keys USING btree (tenant_id, till) WHERE (retired_at IS NULL)
  CREATE UNIQUE INDEX till_keys_pkey ON tenants.till_keys USING btree (kid)
  POLICY own FOR ALL TO {meguri_app} USING (tenant_id = federation.reader())
  POLICY whole FOR SELECT TO {meguri_auditor} USING true
  POLICY works FOR ALL TO {meguri_worker} USING true
  GRANT INSERT, SELECT TO meguri_app
  GRANT SELECT TO meguri_auditor
  GRANT SELECT TO meguri_worker

tenants.tills
  tenant_id bigint NOT NULL
  till text NOT NULL
  shop_id bigint NOT NULL
  state text NOT NULL DEFAULT 'active'::text
  counter boolean NOT NULL DEFAULT false
  tills_pkey: PRIMARY KEY (tenant_id, till)
  tills_shop_id_fkey: FOREIGN KEY (shop_id) REFERENCES tenants.shops(shop_id)
  tills_state_check: CHECK ((state = ANY (ARRAY['active'::text, 'revoked'::text])))
  tills_tenant_id_fkey: FOREIGN KEY (tenant_id) REFERENCES tenants.tenants(tenant_id)
  CREATE UNIQUE INDEX tills_pkey ON tenants.tills USING btree (tenant_id, till)
  POLICY lay_out FOR ALL TO {meguri_worker} USING true
  POLICY own FOR SELECT TO {meguri_app} USING (tenant_id = federation.reader())
  POLICY placed FOR SELECT TO {meguri_app} USING (shop_id = ANY (federation.placed()))
  POLICY whole FOR SELECT TO {meguri_auditor,meguri_counter,meguri_desk} USING true
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_app
  GRANT SELECT TO meguri_auditor
  GRANT SELECT TO meguri_counter
  GRANT SELECT TO meguri_desk

tenants.visits
  shop_id bigint
  business_date date
  hour smallint
  member_id bigint
  visits integer
  GRANT SELECT TO meguri_app
  GRANT SELECT TO meguri_auditor
  GRANT SELECT TO meguri_worker

tenants.webhook_allowances
  allowance bigint NOT NULL
  host text NOT NULL
  port integer NOT NULL
  address inet NOT NULL
  author text NOT NULL
  reason text NOT NULL
  allowed_at timestamp with time zone NOT NULL
  withdrawn_at timestamp with time zone
  webhook_allowances_author_check: CHECK ((author <> ''::text))
  webhook_allowances_check: CHECK ((withdrawn_at >= allowed_at))
  webhook_allowances_pkey: PRIMARY KEY (allowance)
  webhook_allowances_port_check: CHECK (((port >= 1) AND (port <= 65535)))
  webhook_allowances_reason_check: CHECK ((reason <> ''::text))
  CREATE UNIQUE INDEX webhook_allowances_pkey ON tenants.webhook_allowances USING btree (allowance)
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_auditor

tenants.webhook_endpoints
  tenant_id bigint NOT NULL
  endpoint_id text NOT NULL
  url text NOT NULL
  types ARRAY
  description text NOT NULL DEFAULT ''::text
  state text NOT NULL DEFAULT 'enabled'::text
  laid_out bigint NOT NULL
  created_at timestamp with time zone NOT NULL
  changed_at timestamp with time zone NOT NULL
  failing_since timestamp with time zone
  webhook_endpoints_endpoint_id_check: CHECK ((endpoint_id ~ '^[a-z0-9][a-z0-9-]{0,39}$'::text))
  webhook_endpoints_laid_out_check: CHECK ((laid_out >= 0))
  webhook_endpoints_pkey: PRIMARY KEY (tenant_id, endpoint_id)
  webhook_endpoints_state_check: CHECK ((state = ANY (ARRAY['enabled'::text, 'disabled'::text, 'failed'::text])))
  webhook_endpoints_tenant_id_fkey: FOREIGN KEY (tenant_id) REFERENCES tenants.tenants(tenant_id)
  webhook_endpoints_url_check: CHECK ((url ~ '^https://'::text))
  CREATE UNIQUE INDEX webhook_endpoints_pkey ON tenants.webhook_endpoints USING btree (tenant_id, endpoint_id)
  POLICY own FOR ALL TO {meguri_app} USING (tenant_id = federation.reader())
  POLICY whole FOR SELECT TO {meguri_auditor} USING true
  POLICY works FOR ALL TO {meguri_worker} USING true
  GRANT DELETE, INSERT, SELECT TO meguri_app
  GRANT INSERT, SELECT TO meguri_worker
  GRANT SELECT TO meguri_auditor

tenants.webhook_secrets
  tenant_id bigint NOT NULL
  endpoint_id text NOT NULL
  number integer NOT NULL
  sealed bytea NOT NULL
  made_at timestamp with time zone NOT NULL
  ends_at timestamp with time zone
  webhook_secrets_number_check: CHECK ((number > 0))
  webhook_secrets_pkey: PRIMARY KEY (tenant_id, endpoint_id, number)
  webhook_secrets_tenant_id_endpoint_id_fkey: FOREIGN KEY (tenant_id, endpoint_id) REFERENCES tenants.webhook_endpoints(tenant_id, endpoint_id) ON DELETE CASCADE
  CREATE UNIQUE INDEX webhook_secrets_in_use ON tenants.webhook_secrets USING btree (tenant_id, endpoint_id) WHERE (ends_at IS NULL)
  CREATE UNIQUE INDEX webhook_secrets_pkey ON tenants.webhook_secrets USING btree (tenant_id, endpoint_id, number)
  POLICY own FOR ALL TO {meguri_app} USING (tenant_id = federation.reader())
  POLICY whole FOR SELECT TO {meguri_auditor} USING true
  POLICY works FOR ALL TO {meguri_worker} USING true
  GRANT INSERT TO meguri_app
  GRANT INSERT, SELECT TO meguri_worker
