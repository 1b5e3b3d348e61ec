"""種別: what an entry of each kind is called wherever it is listed, in both languages."""

KINDS: dict[str, tuple[str, str]] = {
    "accrual": ("付与", "accrual"),
    "redemption": ("利用", "redemption"),
    "reversal": ("取消", "reversal"),
    "return": ("返品", "return"),
    "bonus": ("特典", "bonus"),
    "coupon": ("クーポン", "coupon"),
    "lapse": ("失効", "lapse"),
    "hold": ("確保", "hold"),
    "release": ("解放", "release"),
    "adjustment": ("調整", "adjustment"),
    "repayment": ("不足の充当", "repayment"),
    "import": ("移行", "import"),
    "merge": ("統合", "merge"),
    "withdrawal": ("退会", "withdrawal"),
    "changeover": ("移行精算", "changeover"),
}
