-- 充当方式: whether what is spent of a scheme's points is drawn from the oldest (FIFO), or shared among
-- those who fund points that are alike to the member, by what each has in them (PROPORTIONAL). As who
-- pays, it is fixed when a point is granted. At issue everything is paid already, and where the
-- honouring shop bears it nobody else pays: there is nothing to attribute.
ALTER TABLE tenants.schemes ADD COLUMN attribution text NOT NULL DEFAULT 'FIFO'
CONSTRAINT schemes_attribution_check CHECK (
    attribution = 'FIFO' OR (attribution = 'PROPORTIONAL' AND funding = 'at-redemption')
);

-- 販促基金 as a funder: what lapsed pays for the next campaign. (Every row keeps the narrower law.)
-- squawk-ignore ban-drop-constraint
ALTER TABLE tenants.funding_shares DROP CONSTRAINT funding_shares_funder_check;
ALTER TABLE tenants.funding_shares ADD CONSTRAINT funding_shares_funder_check
CHECK (funder IN ('tenant', 'facility', 'operator', 'promotion')) NOT VALID;
