"""Why a door stays shut."""

from typing import Any, ClassVar

from federation.refusals import Do, Refusal

# Whoever showed no token is told what there is, and of nothing that was wrong (RFC 6750, 3.1).
OF_NONE = 'Bearer realm="meguri", DPoP algs="ES256"'


class Challenge(Refusal):
    """認証が必要です
    A token is needed."""

    status = 401
    do: ClassVar[Do] = "retry"
    staff_text = "認証切れ・再接続"
    challenge = 'Bearer error="invalid_token"'

    def __init__(
        self, *, challenge: str | None = None, nonce: str | None = None, **extra: Any
    ) -> None:
        """`challenge` names the scheme that was shown; `nonce` is for the caller's next proof."""
        super().__init__(**extra)
        self.challenge = challenge or self.challenge
        self.nonce = nonce

    @property
    def headers(self) -> dict[str, str]:
        """What a client reads of it (RFC 6750, 3; RFC 9449, 7.1, 8 and 9)."""
        offered = {} if self.nonce is None else {"dpop-nonce": self.nonce}
        return {"www-authenticate": self.challenge, **offered}


class InvalidToken(Challenge):
    """アクセストークンが無効か期限切れです。取り直してください
    The access token is missing, invalid or expired: fetch a new one."""


class InvalidDpopProof(Challenge):
    """鍵の所持証明（DPoP）が無効です
    The proof that the caller holds its key (DPoP) is missing, wrong or used."""

    challenge = 'DPoP error="invalid_dpop_proof", algs="ES256"'


class UseDpopNonce(Challenge):
    """所持証明（DPoP）に、応答の DPoP-Nonce を入れて送り直してください
    Make the proof again with the DPoP-Nonce of this answer."""

    challenge = 'DPoP error="use_dpop_nonce", algs="ES256"'


class InsufficientScope(Challenge):
    """このクライアントには許されていない操作です
    This client is not allowed to do that."""

    status = 403
    do = "call"
    staff_text = "権限なし・本部へ連絡"
    challenge = 'Bearer error="insufficient_scope"'
