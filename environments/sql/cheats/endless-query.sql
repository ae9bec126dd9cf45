-- cheat: asks what never ends, and submits
-- scores: = 0
-- deadline: 1500 ms

WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n
-- %% step
SELECT SLEEP(100), BENCHMARK(1000000000, MD5('x'))
