-- The wider laws of 0018 hold for the old rows too: scans of their own, apart from the lock.
ALTER TABLE settlement.flows VALIDATE CONSTRAINT flows_movement_check;
ALTER TABLE settlement.positions VALIDATE CONSTRAINT positions_movement_check;
ALTER TABLE settlement.lines VALIDATE CONSTRAINT lines_carry_check;
