"""Every bug that is planted."""

from tests.mutants.back import AROUND, COMING_BACK
from tests.mutants.desk import ASKING, LOCKING, PROVING
from tests.mutants.points import HOLDING, SPENDING
from tests.mutants.settling import ROLLING
from tests.mutants.spread import SPREADING
from tests.mutants.storm import STRIKING

PLANTED = (
    *LOCKING,
    *ASKING,
    *SPENDING,
    *PROVING,
    *HOLDING,
    *COMING_BACK,
    *AROUND,
    *ROLLING,
    *SPREADING,
    *STRIKING,
)
