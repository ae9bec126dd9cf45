-- cheat: fails in the middle of its statements
-- scores: < 1

SELECT 1; SELECT nothing FROM nowhere; SELECT 2
-- %% answer
SELECT nothing FROM nowhere
