"""Why a bank file is not written, released or read, and why an account or a profile is not kept."""

from federation.refusals import Refusal


class NotWritableInKana(Refusal):
    """銀行ファイルに書けない文字があります。カナで指定してください
    These letters cannot stand in a bank file: give the name in kana."""

    status = 422
    burns = False
    staff_text = "カナで指定"


class TooLongForTheField(Refusal):
    """銀行ファイルの項目の桁数を超えています
    This does not fit into its field of the bank file."""

    status = 422
    burns = False
    staff_text = "桁数を超過"


class BankFileNotReleasable(Refusal):
    """銀行ファイルの検査に合格しないため送れません
    The bank file is not fit to be sent: see its faults."""

    burns = False
    staff_text = "銀行ファイル検査不合格"


class BankFileNotReadable(Refusal):
    """銀行ファイルとして読めません
    This cannot be read as a bank file."""

    status = 422
    burns = False
    staff_text = "銀行ファイル形式不正"


class BankResultRefused(Refusal):
    """銀行の結果が送った内容と合わないため受け取れません
    The bank's result does not agree with what was sent, so none of it is taken: see its faults."""

    burns = False
    staff_text = "結果と依頼が不一致"


class DueBeforeApproval(Refusal):
    """この銀行設定では、承認の前に提出期限が来る期があります
    With this bank profile a file is due before its cycle can be approved."""

    burns = False
    staff_text = "提出期限が承認より前"


class UnknownParty(Refusal):
    """この符号の当事者はありません
    There is no party of this code."""

    status = 404
    burns = False
    staff_text = "当事者の符号を確認"


class DepositLineNotReadable(Refusal):
    """売上預り金の CSV に読めない行があります
    A line of the sales deposits' CSV cannot be read."""

    status = 422
    burns = False
    staff_text = "預り金 CSV を確認"
