-- cheat: sends comments and empty statements
-- scores: = 0

/* nothing */ ; ;
-- %% step
-- nothing at all
-- %% answer
;
