"""Every bug that is planted."""

from tests.mutants.back import AROUND, COMING_BACK
from tests.mutants.bank import PAYING
from tests.mutants.campaigning import CAMPAIGNING
from tests.mutants.charging import CHARGING
from tests.mutants.couponing import COUPONING
from tests.mutants.decided import DECIDED
from tests.mutants.desk import ASKING, LOCKING, PROVING
from tests.mutants.doors import KNOCKING
from tests.mutants.earning import EARNING
from tests.mutants.financing import FINANCING
from tests.mutants.giving import GIVING
from tests.mutants.guarding import GUARDING
from tests.mutants.joining import JOINING
from tests.mutants.keeping import KEEPING
from tests.mutants.limits import LIMITING
from tests.mutants.living import LIVING
from tests.mutants.longing import LONGING
from tests.mutants.papers import READING
from tests.mutants.peopling import PEOPLING
from tests.mutants.points import HOLDING, SPENDING
from tests.mutants.portal import SHOWING
from tests.mutants.proving import REPLAYING
from tests.mutants.registering import REGISTERING
from tests.mutants.settling import ROLLING
from tests.mutants.spread import SPREADING
from tests.mutants.storm import STRIKING
from tests.mutants.telling import TELLING
from tests.mutants.tilling import TILLING

PLANTED = (
    *LOCKING,
    *ASKING,
    *SPENDING,
    *PROVING,
    *HOLDING,
    *COMING_BACK,
    *AROUND,
    *ROLLING,
    *CHARGING,
    *READING,
    *SPREADING,
    *STRIKING,
    *PAYING,
    *LIVING,
    *LIMITING,
    *KNOCKING,
    *DECIDED,
    *COUPONING,
    *REPLAYING,
    *GUARDING,
    *PEOPLING,
    *FINANCING,
    *JOINING,
    *TELLING,
    *KEEPING,
    *CAMPAIGNING,
    *GIVING,
    *LONGING,
    *EARNING,
    *SHOWING,
    *REGISTERING,
    *TILLING,
)
