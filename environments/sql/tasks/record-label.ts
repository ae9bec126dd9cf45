import type { SqlDatabase } from '../task.ts';
import { inBothDialects } from './schema.ts';

/** A record label: artists under contract, albums and tracks, sales by format, reviews. */
export const RECORD_LABEL: SqlDatabase = {
  name: 'record_label',
  schema: inBothDialects(`
CREATE TABLE artist (
  artist_id INTEGER PRIMARY KEY,
  name VARCHAR(60) NOT NULL,
  country VARCHAR(30),
  founded INTEGER,
  disbanded INTEGER
);
CREATE TABLE album (
  album_id INTEGER PRIMARY KEY,
  artist_id INTEGER NOT NULL REFERENCES artist (artist_id),
  title VARCHAR(60) NOT NULL,
  released DATE,
  catalogue VARCHAR(10) NOT NULL
);
CREATE TABLE track (
  track_id INTEGER PRIMARY KEY,
  album_id INTEGER NOT NULL REFERENCES album (album_id),
  position INTEGER NOT NULL,
  title VARCHAR(60) NOT NULL,
  seconds INTEGER
);
CREATE TABLE contract (
  contract_id INTEGER PRIMARY KEY,
  artist_id INTEGER NOT NULL REFERENCES artist (artist_id),
  starts DATE NOT NULL,
  ends DATE,
  royalty DECIMAL(4,3) NOT NULL,
  advance DECIMAL(9,2)
);
CREATE TABLE sale (
  sale_id INTEGER PRIMARY KEY,
  album_id INTEGER NOT NULL REFERENCES album (album_id),
  format VARCHAR(10) NOT NULL,
  booked DATE NOT NULL,
  units INTEGER NOT NULL,
  revenue DECIMAL(10,2)
);
CREATE TABLE review (
  review_id INTEGER PRIMARY KEY,
  album_id INTEGER NOT NULL REFERENCES album (album_id),
  magazine VARCHAR(20) NOT NULL,
  score INTEGER,
  quote TEXT
);
`),
  data: `
INSERT INTO artist (artist_id, name, country, founded, disbanded) VALUES
  (1, 'The Paper Kites Club', 'Australia', 2008, NULL), (2, 'Sigrún Dís', 'Iceland', 2013, NULL),
  (3, 'Los Faroles', 'Spain', 1999, 2015), (4, 'Rock ''n'' Rye', 'United States', 1994, 2010),
  (5, 'Möbius Trio', 'Germany', 2002, NULL), (6, 'Amara Okoye', 'Nigeria', NULL, NULL),
  (7, 'Velvet Anchor', NULL, 2017, 2021), (8, 'Quartet Nord', 'Norway', 1989, NULL),
  (9, 'DJ "Zero"', 'Germany', 2011, NULL), (10, 'Hana & Ren', 'Japan', 2016, NULL),
  (11, 'Blue Heron', 'United States', 2019, NULL);
INSERT INTO album (album_id, artist_id, title, released, catalogue) VALUES
  (1, 1, 'Harbour Lights', '2012-03-09', 'SW-001'), (2, 1, 'Second Winter', '2015-11-20', 'SW-007'),
  (3, 2, 'Ís', '2014-05-02', 'SW-004'), (4, 2, 'Ash and Wool', '2018-09-14', 'SW-012'),
  (5, 3, 'Noches', '2005-06-21', 'SW-000'), (6, 4, 'Don''t Look Down', '2009-08-28', 'SW-X1'),
  (7, 5, 'One-Sided', '2010-02-12', 'SW-X2'), (8, 5, 'Loops', '2016-10-07', 'SW-009'),
  (9, 5, 'Live 1', '2020-01-31', 'SW-016'), (10, 6, 'River Mouth', '2019-04-19', 'SW-014'),
  (11, 7, 'Anchor', '2018-06-01', 'SW-011'), (12, 8, 'Fjord Songs', '2011-12-02', 'SW-X3'),
  (13, 8, 'Harbour Lights', '2017-02-24', 'SW-010'), (14, 9, '0', '2019-11-29', 'SW-015'),
  (15, 10, 'Tide Room', '2021-07-16', 'SW-018'), (16, 6, 'Untitled', NULL, 'SW-021'),
  (17, 2, 'Live 1', '2022-03-25', 'SW-019');
INSERT INTO track (track_id, album_id, position, title, seconds) VALUES
  (1, 1, 1, 'Intro', 74), (2, 1, 2, 'Undertow', 262), (3, 1, 3, 'Hold', 188), (4, 1, 4, 'Ghost Note', 188),
  (5, 2, 1, 'Old Maps', NULL), (6, 2, 2, 'Paper Moon', 201), (7, 2, 3, 'Ninth Street', NULL),
  (8, 3, 1, 'Intro', 236), (9, 3, 2, 'Ghost Note', 201), (10, 3, 3, 'Ember', 318), (11, 3, 4, 'Föhn', 74),
  (12, 4, 1, 'Intro', 201), (13, 4, 2, 'Glass', 74), (14, 4, 3, 'Salt', 236),
  (15, 4, 4, 'Can''t Wait', 478), (16, 4, 5, 'Outro', 240), (17, 5, 1, 'Paper Moon', 201),
  (18, 5, 2, '"Hello"', 201), (19, 5, 3, 'Letters', 171), (20, 6, 1, 'Intro', 188),
  (21, 6, 2, 'Ghost Note', 171), (22, 6, 3, 'Undertow', 223), (23, 6, 4, 'Ember', 301),
  (24, 7, 1, 'Intro', NULL), (25, 7, 2, 'Lanterns', 74), (26, 7, 3, 'Glass', 171),
  (27, 7, 4, '"Hello"', 301), (28, 7, 5, 'Letters', 251), (29, 8, 1, 'Ninth Street', 478),
  (30, 8, 2, 'Salt', 240), (31, 8, 3, 'Outro', 188), (32, 9, 1, 'Intro', 318), (33, 9, 2, 'Salt', 251),
  (34, 9, 3, 'Interlude', 201), (35, 9, 4, 'Half Light', 214), (36, 10, 1, 'Intro', 223),
  (37, 10, 2, '"Hello"', NULL), (38, 10, 3, 'Half Light', 214), (39, 10, 4, 'Föhn', NULL),
  (40, 11, 1, 'Intro', 301), (41, 11, 2, 'Föhn', 355), (42, 11, 3, 'Northbound', 201),
  (43, 11, 4, 'Paper Moon', 402), (44, 11, 5, 'Letters', 251), (45, 12, 1, 'Intro', 262),
  (46, 12, 2, 'Rain Check', 275), (47, 12, 3, 'Ghost Note', 74), (48, 12, 4, 'Paper Moon', 355),
  (49, 13, 1, 'Intro', 142), (50, 13, 2, 'Ninth Street', 214), (51, 13, 3, 'Old Maps', 402),
  (52, 13, 4, 'Ghost Note', 142), (53, 13, 5, 'Can''t Wait', 74), (54, 14, 1, 'Salt', 275),
  (55, 14, 2, 'Lanterns', 214), (56, 14, 3, 'Glass', 142), (57, 15, 1, 'Intro', 318),
  (58, 15, 2, 'Letters', 195), (59, 15, 3, '"Hello"', 214), (60, 15, 4, 'Rain Check', 402),
  (61, 15, 5, 'Outro', 142), (62, 16, 1, 'Can''t Wait', 240), (63, 16, 2, 'Interlude', 318),
  (64, 17, 1, 'Intro', 301), (65, 17, 2, 'Lanterns', 195), (66, 17, 3, '"Hello"', 223),
  (67, 17, 4, 'Ember', 188);
INSERT INTO contract (contract_id, artist_id, starts, ends, royalty, advance) VALUES
  (1, 1, '2011-01-01', '2016-12-31', 0.125, 5000.00), (2, 1, '2017-01-01', NULL, 0.160, 12000.00),
  (3, 2, '2013-06-01', '2019-05-31', 0.110, NULL), (4, 2, '2019-06-01', '2024-05-31', 0.150, 8500.00),
  (5, 3, '2004-01-01', '2009-12-31', 0.080, 2000.00), (6, 4, '2008-03-15', '2010-03-14', 0.100, 7500.00),
  (7, 5, '2009-09-01', '2014-08-31', 0.120, NULL), (8, 5, '2015-09-01', NULL, 0.140, 6000.00),
  (9, 6, '2018-11-01', NULL, 0.180, 15000.00), (10, 7, '2018-01-01', '2020-12-31', 0.110, 4000.00),
  (11, 8, '2010-10-01', '2018-09-30', 0.090, 3000.00), (12, 9, '2019-05-01', '2022-04-30', 0.200, NULL),
  (13, 10, '2021-01-01', '2025-12-31', 0.155, 9250.50);
INSERT INTO sale (sale_id, album_id, format, booked, units, revenue) VALUES
  (1, 1, 'vinyl', '2021-09-30', 120, 2340.00), (2, 1, 'cd', '2023-03-28', 905, 11086.25),
  (3, 1, 'download', '2022-12-30', 15, 126.00), (4, 1, 'stream', '2022-03-30', 252699, 3032.39),
  (5, 2, 'stream', '2021-06-28', 228103, 2737.24), (6, 2, 'stream', '2022-03-31', 114051, 1368.61),
  (7, 2, 'cd', '2022-06-30', 48, 588.00), (8, 3, 'download', '2021-06-28', 15, 126.00),
  (9, 3, 'download', '2022-03-31', 7, 58.80), (10, 3, 'stream', '2022-03-30', 831488, 9977.86),
  (11, 4, 'cd', '2023-06-30', 905, 11086.25), (12, 4, 'cd', '2024-03-31', 452, 5537.00),
  (13, 4, 'download', '2023-12-28', 260, 2184.00), (14, 4, 'vinyl', '2023-03-28', 120, 2340.00),
  (15, 5, 'download', '2022-03-30', 0, 0.00), (16, 5, 'vinyl', '2021-03-30', 120, 2340.00),
  (17, 5, 'stream', '2022-03-30', 298579, 3582.95), (18, 6, 'stream', '2023-12-28', 871220, 10454.64),
  (19, 6, 'vinyl', '2022-12-28', 48, 936.00), (20, 6, 'vinyl', '2023-03-31', 24, 468.00),
  (21, 6, 'cd', '2022-06-28', 905, 11086.25), (22, 6, 'download', '2021-09-30', 0, 0.00),
  (23, 7, 'cd', '2021-12-28', 120, 1470.00), (24, 7, 'cd', '2022-03-31', 60, 735.00),
  (25, 7, 'download', '2022-06-28', 260, 2184.00), (26, 7, 'stream', '2021-12-30', 109313, 1311.76),
  (27, 8, 'cd', '2022-06-30', 120, 1470.00), (28, 8, 'download', '2021-03-30', 0, 0.00),
  (29, 8, 'download', '2022-03-31', 7, 58.80), (30, 8, 'stream', '2023-09-30', 473184, 5678.21),
  (31, 9, 'stream', '2022-09-30', 172796, 2073.55), (32, 9, 'stream', '2023-03-31', 86398, 1036.78),
  (33, 9, 'vinyl', '2022-12-28', 48, 936.00), (34, 9, 'download', '2021-09-30', 48, 403.20),
  (35, 10, 'download', '2021-06-30', 48, 403.20), (36, 10, 'stream', '2022-06-30', 400699, 4808.39),
  (37, 10, 'stream', '2023-03-31', 200349, NULL), (38, 11, 'download', '2022-09-28', 120, 1008.00),
  (39, 11, 'cd', '2021-06-30', 0, 0.00), (40, 11, 'vinyl', '2022-12-28', 260, 5070.00),
  (41, 11, 'vinyl', '2023-03-31', 130, NULL), (42, 11, 'stream', '2021-03-28', 329591, 3955.09),
  (43, 13, 'stream', '2021-12-28', 800626, 9607.51), (44, 13, 'vinyl', '2023-06-28', 410, 7995.00),
  (45, 13, 'cd', '2021-03-28', 905, 11086.25), (46, 13, 'cd', '2022-03-31', 452, NULL),
  (47, 14, 'vinyl', '2023-03-30', 905, 17647.50), (48, 14, 'cd', '2023-03-30', 15, 183.75),
  (49, 14, 'cd', '2024-03-31', 7, NULL), (50, 15, 'cd', '2022-03-28', 905, 11086.25),
  (51, 15, 'cd', '2023-03-31', 452, 5537.00), (52, 15, 'stream', '2023-09-30', 643086, 7717.03),
  (53, 17, 'cd', '2022-06-30', 0, 0.00), (54, 17, 'vinyl', '2022-06-28', 905, 17647.50),
  (55, 17, 'download', '2023-12-30', 15, 126.00);
INSERT INTO review (review_id, album_id, magazine, score, quote) VALUES
  (1, 1, 'Tonal', 6, 'Déjà vu, but pretty.'), (2, 1, 'The Ear', 5, 'It''s all there.'),
  (3, 2, 'Klang', NULL, 'Déjà vu, but pretty.'), (4, 3, 'Klang', 4, '"Honest", they say. It is.'),
  (5, 3, 'The Ear', 4, '"Honest", they say. It is.'), (6, 4, 'Tonal', 8, NULL),
  (7, 6, 'The Ear', 8, 'Too long by half.'), (8, 7, 'Tonal', 9, NULL),
  (9, 8, 'The Ear', NULL, 'Déjà vu, but pretty.'), (10, 9, 'Tonal', 4, 'It''s all there.'),
  (11, 9, 'Klang', 8, '"Honest", they say. It is.'), (12, 10, 'Tonal', 7, '"Honest", they say. It is.'),
  (13, 10, 'Needle', 6, '"Honest", they say. It is.'), (14, 11, 'The Ear', 10, 'A Year Too Late'),
  (15, 11, 'Tonal', 9, 'Mixed in a shoebox?'), (16, 12, 'Needle', 7, '"Honest", they say. It is.'),
  (17, 12, 'The Ear', 7, 'Too long by half.'), (18, 14, 'Tonal', 6, NULL),
  (19, 15, 'Klang', 5, 'Déjà vu, but pretty.'), (20, 15, 'Needle', 9, 'A quiet triumph.'),
  (21, 17, 'Klang', 3, 'Ein Wunder!'), (22, 17, 'Needle', 10, 'Mixed in a shoebox?');
`,
};
