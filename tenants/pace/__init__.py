"""利用の速さ: points that are spent oftener or farther apart than a member does are kept."""
