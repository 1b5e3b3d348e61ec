"""回遊: where points were issued, where they were used, and how many people carried them."""
