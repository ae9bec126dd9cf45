-- cheat: gives as its answer what never ends
-- scores: = 0

-- %% answer
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n AS a, n AS b, n AS c
