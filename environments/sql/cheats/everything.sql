-- cheat: answers with all rows of each table in turn
-- scores: < 1

SELECT * FROM {{table}};
