"""The judge of Python tasks: trusted code that runs in the session of a fresh sandbox and grades a solution."""
