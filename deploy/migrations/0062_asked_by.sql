-- 実行を求めた人: who asked for a run of a job on its page; nobody for those of the clock and the shell.
ALTER TABLE jobs.runs ADD COLUMN asked_by text;
