"""Why an endpoint is not taken."""

from federation.refusals import Refusal


class DestinationNotAllowed(Refusal):
    """この宛先には送れません。公開されたホスト名の https（443 番）を指定してください
    Nothing is sent there: name an https URL of a public host, at port 443."""

    status = 400
    do = "call"
    staff_text = "送信先を確認"


class TooManyEndpoints(Refusal):
    """送信先はテナントごとに 20 件までです
    A tenant has at most 20 endpoints."""

    status = 409
    do = "call"
    staff_text = "送信先が上限"


class PingsWait(Refusal):
    """前の試験送信がまだ届いていません
    Earlier pings still wait to be delivered."""

    status = 409
    do = "retry"
    staff_text = "試験送信が待機中"


class EndpointNotEnabled(Refusal):
    """この送信先は停止中です。有効にしてから送ってください
    This endpoint is switched off: enable it first."""

    status = 409
    do = "call"
    staff_text = "送信先が停止中"
