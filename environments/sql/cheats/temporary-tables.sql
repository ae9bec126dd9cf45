-- cheat: puts empty temporary tables in the place of the real ones
-- scores: < 1
-- deadline: 5000 ms

CREATE TEMPORARY TABLE {{table}} (a INTEGER);
-- %% step
SELECT * FROM {{table}};
