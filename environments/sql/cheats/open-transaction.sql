-- cheat: leaves a transaction open that has changed all tables
-- scores: = 0
-- deadline: 5000 ms

BEGIN;
DELETE FROM {{table}};
