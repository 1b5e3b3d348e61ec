"""キャンペーン: how a campaign lives, for whom it is, what it may give in all, and what is done
when it goes wrong."""
