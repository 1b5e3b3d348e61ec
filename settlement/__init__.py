"""精算: what shops owe each other each half month, netted, stated and sealed."""
