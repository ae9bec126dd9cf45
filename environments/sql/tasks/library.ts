import type { SqlDatabase } from '../task.ts';
import { inBothDialects } from './schema.ts';

/** A town library: books with several authors and copies, members who refer each other, loans and fines. */
export const LIBRARY: SqlDatabase = {
  name: 'library',
  schema: inBothDialects(`
CREATE TABLE author (
  author_id INTEGER PRIMARY KEY,
  name VARCHAR(60) NOT NULL,
  born INTEGER,
  country VARCHAR(40)
);
CREATE TABLE book (
  book_id INTEGER PRIMARY KEY,
  title VARCHAR(80) NOT NULL,
  published INTEGER NOT NULL,
  pages INTEGER,
  genre VARCHAR(20),
  price DECIMAL(6,2)
);
CREATE TABLE book_author (
  book_id INTEGER NOT NULL REFERENCES book (book_id),
  author_id INTEGER NOT NULL REFERENCES author (author_id),
  place INTEGER NOT NULL,
  PRIMARY KEY (book_id, author_id)
);
CREATE TABLE copy (
  copy_id INTEGER PRIMARY KEY,
  book_id INTEGER NOT NULL REFERENCES book (book_id),
  shelf VARCHAR(4) NOT NULL,
  bought DATE NOT NULL,
  state VARCHAR(10)
);
CREATE TABLE member (
  member_id INTEGER PRIMARY KEY,
  name VARCHAR(60) NOT NULL,
  email VARCHAR(60),
  joined DATE NOT NULL,
  born DATE,
  referred_by INTEGER REFERENCES member (member_id)
);
CREATE TABLE loan (
  loan_id INTEGER PRIMARY KEY,
  copy_id INTEGER NOT NULL REFERENCES copy (copy_id),
  member_id INTEGER NOT NULL REFERENCES member (member_id),
  taken DATE NOT NULL,
  due DATE NOT NULL,
  returned DATE
);
CREATE TABLE fine (
  fine_id INTEGER PRIMARY KEY,
  loan_id INTEGER NOT NULL REFERENCES loan (loan_id),
  amount DECIMAL(5,2) NOT NULL,
  paid DATE
);
`),
  data: `
INSERT INTO author (author_id, name, born, country) VALUES
  (1, 'Ada Brontë', 1931, 'Ireland'), (2, 'José Ibáñez', 1944, 'Spain'),
  (3, 'Maeve O''Dell', 1958, 'Ireland'), (4, 'Tomasz Żuk', 1962, 'Poland'),
  (5, 'Ren Okada', 1971, 'Japan'), (6, 'Lena Frost', NULL, 'Norway'), (7, 'Ugo Pari', 1949, 'Italy'),
  (8, 'Iris Vance', 1983, NULL), (9, 'Per Aas', 1967, 'Norway'), (10, 'Anonymous', NULL, NULL),
  (11, 'Siân O''Hara', 1990, 'Ireland'), (12, 'Kofi Mensah', 1978, 'Ghana');
INSERT INTO book (book_id, title, published, pages, genre, price) VALUES
  (1, 'The Salt Road', 1998, 312, 'novel', 14.90), (2, 'Night Ferry', 2004, 287, 'crime', 9.50),
  (3, 'A Field Guide to Moss', 2011, 196, 'nature', 24.00),
  (4, 'Winter''s Ledger', 1987, 420, 'novel', 12.50), (5, 'El faro', 2001, 154, 'poetry', NULL),
  (6, 'The "Good" Machine', 2019, 368, 'science', 31.20), (7, 'Night Ferry', 2016, 301, 'novel', 11.00),
  (8, 'Bridges of Ice', 1975, 510, 'history', 42.75), (9, 'Small Clocks', 2008, NULL, 'science', 18.40),
  (10, 'Tea in Kumasi', 2014, 223, 'novel', 13.30), (11, 'Nine Herbs', 1966, 98, NULL, 6.80),
  (12, 'Żółw', 1995, 64, 'children', 7.25), (13, 'The Lock Keeper', 2021, 276, 'crime', 15.95),
  (14, 'Songs Without Roofs', 2020, 120, 'poetry', 10.10),
  (15, 'Iron Harvest', 1990, 455, 'history', 28.60), (16, 'The Tide Table', 2012, 332, 'nature', 19.99),
  (17, 'Letters to No One', 1979, NULL, 'novel', 8.00), (18, 'Under the Fjäll', 2003, 248, 'crime', 12.00),
  (19, 'Counting Foxes', 2017, 48, 'children', 9.50), (20, 'Maps of Dust', 2023, 390, 'history', 35.00),
  (21, 'The Baker''s Proof', 2010, 205, 'science', 22.10), (22, 'Unbound Pages', 2018, 150, NULL, NULL),
  (23, 'Late Rain', 1983, 264, 'novel', 10.75), (24, 'A Short Wall', 2022, 181, 'crime', 14.25);
INSERT INTO book_author (book_id, author_id, place) VALUES
  (1, 1, 1), (2, 3, 1), (3, 6, 1), (3, 9, 2), (4, 1, 1), (5, 2, 1), (6, 8, 1), (6, 5, 2), (7, 4, 1),
  (8, 7, 1), (8, 9, 2), (9, 5, 1), (10, 12, 1), (11, 10, 1), (12, 4, 1), (13, 3, 1), (13, 11, 2),
  (14, 11, 1), (15, 7, 1), (16, 6, 1), (17, 1, 1), (18, 9, 1), (19, 4, 1), (19, 6, 2), (20, 12, 1),
  (20, 7, 2), (20, 2, 3), (21, 8, 1), (23, 2, 1), (24, 3, 1);
INSERT INTO copy (copy_id, book_id, shelf, bought, state) VALUES
  (1, 1, 'D1', '2018-10-08', 'new'), (2, 1, 'C2', '2016-12-10', 'good'), (3, 1, 'D1', '2018-05-18', 'new'),
  (4, 2, 'A2', '2016-03-02', 'worn'), (5, 2, 'C2', '2016-11-10', 'damaged'),
  (6, 2, 'A3', '2018-12-05', 'damaged'), (7, 3, 'D1', '2018-10-17', NULL),
  (8, 4, 'B3', '2018-10-11', NULL), (9, 4, 'B2', '2018-08-20', 'worn'),
  (10, 5, 'D4', '2018-07-26', 'good'), (11, 6, 'C1', '2022-08-07', 'worn'),
  (12, 6, 'C1', '2020-04-16', 'worn'), (13, 7, 'C2', '2018-01-24', 'new'),
  (14, 7, 'B2', '2020-08-09', NULL), (15, 8, 'B3', '2018-10-12', 'new'),
  (16, 9, 'A2', '2018-10-01', 'good'), (17, 10, 'D4', '2015-08-22', NULL),
  (18, 10, 'C2', '2015-05-26', 'damaged'), (19, 11, 'D1', '2015-06-24', 'worn'),
  (20, 12, 'A2', '2018-04-11', 'good'), (21, 13, 'D4', '2022-08-18', 'worn'),
  (22, 13, 'A3', '2022-03-06', 'good'), (23, 13, 'B4', '2022-04-16', 'good'),
  (24, 14, 'C2', '2022-12-06', 'worn'), (25, 15, 'D2', '2017-02-21', 'damaged'),
  (26, 16, 'B4', '2017-01-06', 'good'), (27, 16, 'B4', '2018-03-26', 'new'),
  (28, 17, 'A1', '2017-10-03', 'new'), (29, 18, 'D4', '2017-10-05', 'damaged'),
  (30, 19, 'D4', '2021-06-23', 'worn'), (31, 20, 'D3', '2023-12-02', NULL),
  (32, 20, 'C1', '2023-04-27', 'damaged'), (33, 21, 'C1', '2018-06-24', 'good'),
  (34, 23, 'D2', '2015-12-19', 'good'), (35, 24, 'B2', '2022-10-16', 'good');
INSERT INTO member (member_id, name, email, joined, born, referred_by) VALUES
  (1, 'Nora Lind', 'nora@post.example', '2018-03-04', '1985-07-12', NULL),
  (2, 'Émile Roux', NULL, '2018-09-17', '1972-01-30', 1),
  (3, 'Pat O''Neil', 'pat@mail.example', '2019-01-08', NULL, 1),
  (4, 'Jun Sato', 'jun@mail.example', '2019-05-22', '1999-11-02', 2),
  (5, 'Greta Holm', 'greta@post.example', '2020-02-29', '1964-04-18', NULL),
  (6, 'Bo Ek', NULL, '2020-06-15', '2001-06-15', 5),
  (7, 'Ana Ruiz', 'ana@web.example', '2020-10-01', '1990-12-24', 3),
  (8, 'Sam Hill', 'SAM@web.example', '2021-01-19', '1958-03-03', 1),
  (9, 'Zoë Kerr', 'zoe@web.example', '2021-07-07', NULL, 8),
  (10, 'Ivo Maric', 'ivo@mail.example', '2021-12-31', '1979-08-08', 5),
  (11, 'Lu Chen', NULL, '2022-04-11', '1995-02-14', 7),
  (12, 'Tess Bell', 'tess@post.example', '2022-08-23', '2003-10-09', 7),
  (13, 'Olaf Dahl', 'olaf@mail.example', '2023-03-15', '1947-05-21', NULL),
  (14, 'Rosa Pinto', 'rosa@post.example', '2023-06-30', '1988-09-01', 12),
  (15, 'Nils Berg', 'nils@web.example', '2023-11-11', NULL, NULL),
  (16, 'Mia Stone', 'mia@web.example', '2024-01-05', '2005-01-17', 9);
INSERT INTO loan (loan_id, copy_id, member_id, taken, due, returned) VALUES
  (1, 26, 4, '2023-01-20', '2023-03-03', '2023-01-24'),
  (2, 22, 8, '2023-01-25', '2023-02-15', '2023-02-21'), (3, 19, 2, '2023-02-03', '2023-02-24', NULL),
  (4, 11, 3, '2023-02-12', '2023-03-05', '2023-02-24'),
  (5, 15, 4, '2023-02-19', '2023-03-12', '2023-03-12'),
  (6, 23, 3, '2023-03-02', '2023-04-13', '2023-03-26'),
  (7, 3, 11, '2023-03-05', '2023-03-26', '2023-03-23'),
  (8, 13, 4, '2023-03-10', '2023-03-31', '2023-03-18'),
  (9, 14, 2, '2023-03-13', '2023-04-03', '2023-03-25'),
  (10, 5, 13, '2023-03-22', '2023-04-12', '2023-04-06'),
  (11, 16, 12, '2023-04-03', '2023-04-24', '2023-04-30'),
  (12, 23, 12, '2023-04-06', '2023-05-18', '2023-04-18'),
  (13, 10, 8, '2023-04-13', '2023-05-25', '2023-05-27'),
  (14, 11, 12, '2023-04-16', '2023-05-07', '2023-05-01'),
  (15, 22, 9, '2023-04-19', '2023-05-10', '2023-04-27'),
  (16, 20, 4, '2023-04-24', '2023-05-15', '2023-05-02'),
  (17, 20, 9, '2023-05-05', '2023-05-26', '2023-06-18'),
  (18, 26, 7, '2023-05-16', '2023-06-06', '2023-06-03'),
  (19, 13, 4, '2023-05-23', '2023-06-13', '2023-05-27'),
  (20, 34, 1, '2023-06-04', '2023-06-25', '2023-06-08'), (21, 18, 9, '2023-06-07', '2023-06-28', NULL),
  (22, 21, 9, '2023-06-12', '2023-07-03', '2023-07-09'),
  (23, 23, 12, '2023-06-19', '2023-07-10', '2023-07-10'),
  (24, 8, 2, '2023-07-01', '2023-07-22', '2023-07-16'),
  (25, 2, 7, '2023-07-04', '2023-07-25', '2023-07-12'),
  (26, 34, 11, '2023-07-07', '2023-07-28', '2023-07-19'), (27, 13, 13, '2023-07-12', '2023-08-02', NULL),
  (28, 24, 8, '2023-07-19', '2023-08-09', '2023-08-15'),
  (29, 14, 13, '2023-07-24', '2023-09-04', '2023-08-14'),
  (30, 21, 1, '2023-08-02', '2023-09-13', '2023-09-15'),
  (31, 27, 3, '2023-08-14', '2023-09-25', '2023-08-18'),
  (32, 29, 7, '2023-08-25', '2023-09-15', '2023-09-18'),
  (33, 16, 4, '2023-09-01', '2023-09-22', '2023-09-05'),
  (34, 3, 4, '2023-09-04', '2023-09-25', '2023-10-07'),
  (35, 8, 4, '2023-09-07', '2023-09-28', '2023-09-28'),
  (36, 15, 7, '2023-09-16', '2023-10-07', '2023-09-20'),
  (37, 6, 14, '2023-09-28', '2023-10-19', '2023-10-19'),
  (38, 5, 10, '2023-10-01', '2023-10-22', '2023-10-09'),
  (39, 4, 8, '2023-10-10', '2023-10-31', '2023-10-31'),
  (40, 33, 8, '2023-10-13', '2023-11-03', '2023-10-17'),
  (41, 23, 4, '2023-10-22', '2023-11-12', '2023-12-05'),
  (42, 11, 2, '2023-10-29', '2023-11-19', '2023-11-10'),
  (43, 7, 2, '2023-11-01', '2023-12-13', '2023-11-22'),
  (44, 30, 14, '2023-11-06', '2023-11-27', '2023-11-18'),
  (45, 35, 8, '2023-11-13', '2023-12-04', '2023-12-10'),
  (46, 29, 5, '2023-11-18', '2023-12-09', '2023-11-30'),
  (47, 33, 3, '2023-11-27', '2023-12-18', '2023-12-12'),
  (48, 32, 3, '2023-12-09', '2023-12-30', '2023-12-27'),
  (49, 28, 11, '2023-12-21', '2024-02-01', '2024-01-08'),
  (50, 29, 11, '2024-01-02', '2024-01-23', '2024-01-20'),
  (51, 6, 7, '2024-01-11', '2024-02-22', '2024-02-01'),
  (52, 8, 5, '2024-01-20', '2024-02-10', '2024-02-13');
INSERT INTO fine (fine_id, loan_id, amount, paid) VALUES
  (1, 2, 1.50, NULL), (2, 11, 1.50, '2023-04-30'), (3, 13, 0.50, '2023-05-27'),
  (4, 17, 5.75, '2023-06-28'), (5, 22, 1.50, '2023-07-19'), (6, 28, 1.50, '2023-08-17'),
  (7, 30, 0.50, NULL), (8, 32, 0.75, NULL), (9, 34, 3.00, '2023-10-07'), (10, 41, 5.75, '2023-12-05'),
  (11, 45, 1.50, NULL), (12, 52, 0.75, NULL);
`,
};
