"""The demo mall: real purchases replayed through the hub's own doors, by tills like any others."""
