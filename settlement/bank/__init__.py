"""振込・口座振替・相殺: how nets become payments, and how they are matched with what came."""
