-- cheat: locks what a grader may want to read
-- scores: = 0
-- deadline: 5000 ms

PRAGMA locking_mode = EXCLUSIVE
-- %% step
BEGIN EXCLUSIVE
-- %% step
LOCK TABLES {{table}} WRITE;
