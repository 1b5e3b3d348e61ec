"""利用の速さ: points that move oftener or farther apart than a member's do are kept."""
