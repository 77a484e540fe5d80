"""One file a user story: the only rooms that join the others up. Screens and commands call these only."""
