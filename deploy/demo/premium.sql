-- What each household of the data spent in the year; expects the result of purchases.sql as `bought`.
SELECT household_id, coalesce(sum(paid_yen), 0) AS year_yen
FROM (SELECT DISTINCT household_id FROM transactions) LEFT JOIN bought USING (household_id)
GROUP BY household_id
ORDER BY household_id
