-- cheat: answers another question
-- scores: < 1

{{another_gold}}
