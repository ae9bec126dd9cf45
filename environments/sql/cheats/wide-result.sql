-- cheat: answers with huge values
-- scores: = 0
-- deadline: 8000 ms

SELECT hex(zeroblob(8000000)), 1
-- %% step
SELECT REPEAT('x', 8000000), 1
