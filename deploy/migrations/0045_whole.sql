-- What kept the programme from being whole: how a sale was paid, where rules of tenders ask; prizes and
-- benefits as they were handed over, and taken back; what a member wants to hear, and in which language.
-- squawk-ignore-file require-concurrent-index-creation, adding-foreign-key-constraint

-- 支払方法: what each tender of a sale came to, in yen, kept where the shop's terms have rules of tenders
-- or say that they are kept; of any other sale there is no row.
CREATE TABLE federation.tenders (
    member_id bigint NOT NULL,
    entry_id bigint NOT NULL,
    paid_yen jsonb NOT NULL CHECK (jsonb_typeof(paid_yen) = 'object'),
    PRIMARY KEY (member_id, entry_id)
);
GRANT SELECT, INSERT ON federation.tenders TO meguri_desk;
GRANT SELECT ON federation.tenders TO meguri_worker, meguri_auditor;

-- Who pays for what telling more of oneself is worth: the operator, unless it was decided otherwise.
ALTER TABLE tenants.profile_rewards ADD COLUMN funder_id bigint NOT NULL DEFAULT 1
REFERENCES tenants.parties;
ALTER TABLE tenants.enrichments ADD COLUMN funder_id bigint NOT NULL DEFAULT 1
REFERENCES tenants.parties;

-- 引渡し: what was handed over without a point: a use of a rank's benefit, or the prize of a full card
-- (`prize:CODE` and the card's number, with whose card it was). Who handed it over; and who took it back.
ALTER TABLE tenants.benefit_uses ADD COLUMN staff text;
ALTER TABLE tenants.benefit_uses ADD COLUMN card_no integer;
ALTER TABLE tenants.benefit_uses ADD COLUMN card_member_id bigint;
ALTER TABLE tenants.benefit_uses ADD COLUMN undone_at timestamptz;
ALTER TABLE tenants.benefit_uses ADD COLUMN undone_slip text;
ALTER TABLE tenants.benefit_uses ADD COLUMN undone_staff text;
ALTER TABLE tenants.benefit_uses ADD COLUMN undone_for text;
ALTER TABLE tenants.benefit_uses ADD CONSTRAINT benefit_uses_undone_check CHECK (
    (undone_at IS NULL) = (undone_slip IS NULL) AND (undone_at IS NULL) = (undone_for IS NULL)
) NOT VALID;
ALTER TABLE tenants.benefit_uses ADD CONSTRAINT benefit_uses_card_check CHECK (
    (card_no IS NULL) = (card_member_id IS NULL)
) NOT VALID;
CREATE UNIQUE INDEX benefit_uses_prize_once ON tenants.benefit_uses (card_member_id, benefit, card_no)
WHERE card_no IS NOT NULL AND undone_at IS NULL;
CREATE UNIQUE INDEX benefit_uses_undone ON tenants.benefit_uses (shop_id, undone_slip)
WHERE undone_slip IS NOT NULL;
GRANT UPDATE (undone_at, undone_slip, undone_staff, undone_for) ON tenants.benefit_uses
TO meguri_counter;

-- 会員のことば: how many days before points lapse, or after a last visit, a member wants to be reminded,
-- in place of what is agreed for all; none is never. (The language has its table since 0039.)
CREATE TABLE tenants.member_reminders (
    member_id bigint NOT NULL,
    kind text NOT NULL CHECK (kind IN ('expiry', 'dormant')),
    days smallint [] NOT NULL CHECK (cardinality(days) <= 5 AND 1 <= ALL(days) AND 366 >= ALL(days)),
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (member_id, kind)
);
GRANT SELECT, INSERT ON tenants.member_reminders TO meguri_worker;
GRANT UPDATE (days, changed_at), DELETE ON tenants.member_reminders TO meguri_worker;
GRANT SELECT ON tenants.member_reminders TO meguri_auditor;
