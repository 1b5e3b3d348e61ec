"""クーポン: what takes something off a price, for whom, where and when, and who pays for it."""
