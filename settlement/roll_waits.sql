-- Whether the journal goes on behind the mark.
SELECT EXISTS (
    SELECT FROM federation.journal
    WHERE journal.number = (SELECT folded.number FROM settlement.folded) + 1
) AS waits
