"""ランク: by which rules members rise and fall, what counts, and what a rank gives."""
