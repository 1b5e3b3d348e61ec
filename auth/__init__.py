"""The doors: who may knock, what a token lets them do, and how a door is shut at once."""
