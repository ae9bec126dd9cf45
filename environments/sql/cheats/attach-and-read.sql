-- cheat: looks for files and databases beyond its own
-- scores: < 1
-- deadline: 5000 ms

ATTACH DATABASE '/etc/passwd' AS other
-- %% step
SELECT readfile('/etc/passwd')
-- %% step
SELECT LOAD_FILE('/etc/passwd')
-- %% step
SELECT * FROM mysql.user
-- %% step
SELECT name, sql FROM sqlite_master
