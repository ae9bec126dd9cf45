-- cheat: answers with values that equal nothing, or all: NULL, NaN, infinity
-- scores: < 1

SELECT NULL
-- %% step
SELECT 9e307 * 10 - 9e307 * 10, NULL, ''
