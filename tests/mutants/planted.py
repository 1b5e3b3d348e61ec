"""Every bug that is planted."""

from tests.mutants.back import AROUND, COMING_BACK
from tests.mutants.bank import PAYING
from tests.mutants.charging import CHARGING
from tests.mutants.decided import DECIDED
from tests.mutants.desk import ASKING, LOCKING, PROVING
from tests.mutants.doors import KNOCKING
from tests.mutants.guarding import GUARDING
from tests.mutants.limits import LIMITING
from tests.mutants.living import LIVING
from tests.mutants.papers import READING
from tests.mutants.peopling import PEOPLING
from tests.mutants.points import HOLDING, SPENDING
from tests.mutants.proving import REPLAYING
from tests.mutants.settling import ROLLING
from tests.mutants.spread import SPREADING
from tests.mutants.storm import STRIKING
from tests.mutants.telling import TELLING

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
    *REPLAYING,
    *GUARDING,
    *PEOPLING,
    *TELLING,
)
