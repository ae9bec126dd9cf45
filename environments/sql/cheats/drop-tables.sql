-- cheat: drops all tables, so that the gold finds none, and answers with no rows
-- scores: < 1
-- deadline: 5000 ms

DROP TABLE IF EXISTS {{table}};
-- %% step
DELETE FROM {{table}};
-- %% step
SELECT 1 FROM (SELECT 1 AS one) AS t WHERE 1 = 0
