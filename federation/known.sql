-- Slips that were asked before, with the very bytes they were answered with; where those left with
-- their month, with the refusal that says so (`SlipFiledAway`).
SELECT
    slips.shop_id, slips.slip, slips.fingerprint, coalesce(answers.status, 409) AS status,
    coalesce(
        answers.body,
        '{"type":"/problems/slip-filed-away","status":409,"title":"この伝票は記帳済みで、応答は保管した月にあります。新しい取引は新しい伝票番号で送ってください","title_en":"This slip was booked, and its answer is in a month that was detached: use a new slip number.","staff_text":"保管済みの伝票番号","do":"new-slip"}'
    ) AS body,
    slips.member_id
FROM unnest(%(shops)s::bigint [], %(slips)s::text []) AS asked (shop_id, slip)
INNER JOIN federation.slips USING (shop_id, slip)
LEFT JOIN federation.answers USING (shop_id, slip, booked_at)
