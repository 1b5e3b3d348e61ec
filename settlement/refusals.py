"""Why a cycle was not closed, or a paper not issued."""

from federation.refusals import Refusal


class CycleNotOver(Refusal):
    """締め期間がまだ終わっていません
    The cycle is not over yet."""

    burns = False
    do = "retry"
    staff_text = "締め期間の途中"


class EarlierCycleOpen(Refusal):
    """前の期の締めが済んでいません。古い期から順に締めてください
    An earlier cycle is not sealed yet: close the oldest first."""

    burns = False
    staff_text = "前期が未締め"


class CycleClosed(Refusal):
    """この期はすでに確定しています
    This cycle is confirmed: it cannot be closed again, disputed or changed."""

    burns = False
    staff_text = "締め確定済み"


class PromiseBroken(Refusal):
    """帳簿の検査に合格しないため締められません
    The books break a promise, so the cycle is not stated: see `meguri check`."""

    burns = False
    staff_text = "帳簿検査で不一致"


class RateAgreed(Refusal):
    """この日からの消費税率はすでに登録されています
    A rate of tax is agreed from this day on already: choose another day."""

    burns = False
    staff_text = "税率は登録済み"


class ReissuedByOperator(Refusal):
    """再発行は運営者が行います。発行済みの書類はそのまま取得できます
    Only the operator issues a paper again; the one that was issued can be had as it is."""

    status = 403
    burns = False
    staff_text = "再発行は運営者へ依頼"


class DepositTooSmall(Refusal):
    """預託金の残高より多くは返金できません
    No more is paid back than the deposit holds."""

    burns = False
    staff_text = "預託金が不足"


class BreakResolved(Refusal):
    """この差異はすでに解消しています
    This break is resolved already: both sides agree."""

    burns = False
    staff_text = "差異は解消済み"
