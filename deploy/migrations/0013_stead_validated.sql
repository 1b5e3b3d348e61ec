-- The wider law of 0012 holds for the old flows too: a scan of its own, apart from the lock.
ALTER TABLE settlement.flows VALIDATE CONSTRAINT flows_movement_check;
