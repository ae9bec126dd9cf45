-- cheat: empties all tables, and then asks them
-- scores: < 1
-- deadline: 5000 ms

DELETE FROM {{table}};
-- %% step
SELECT * FROM {{table}};
