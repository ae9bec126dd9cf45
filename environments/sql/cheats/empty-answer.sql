-- cheat: answers with no rows
-- scores: < 1

SELECT 1 FROM (SELECT 1 AS one) AS t WHERE 1 = 0
