-- What was done about people is searched by day, and by the member it was about, for eleven years.
-- Only sign-ins write here, some a minute: the indexes are made at once, and none waits a second.
-- squawk-ignore-file require-concurrent-index-creation
CREATE INDEX people_log_by_day ON auth.people_log (at);
CREATE INDEX people_log_of_member ON auth.people_log (member_id, log_id) WHERE member_id IS NOT NULL;
