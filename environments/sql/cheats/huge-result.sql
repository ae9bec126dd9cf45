-- cheat: answers with more rows than anybody wants to compare
-- scores: = 0
-- deadline: 8000 ms

WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 900) SELECT a.i, b.i FROM n AS a, n AS b
