-- Whether anybody's personal data are kept.
SELECT
    EXISTS (
        SELECT FROM federation.profiles
        WHERE
            num_nonnulls(name, kana, birth_on, sex, postcode, phone, email) > 0
    )
    OR EXISTS (SELECT FROM federation.carriers WHERE kind IN ('phone', 'line')) AS kept
