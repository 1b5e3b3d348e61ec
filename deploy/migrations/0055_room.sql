-- Who reads for the pages of headquarters groups a month's entries by person: with the 4 MB of a plain
-- server each such grouping goes to disk and back. Two connections a process read so.
ALTER ROLE meguri_auditor SET work_mem = '64MB';
