import type { SqlDatabase } from '../task.ts';
import { inBothDialects } from './schema.ts';

/** A repair shop: customers and their devices, mechanics in a hierarchy, repairs with parts and invoices. */
export const REPAIR_SHOP: SqlDatabase = {
  name: 'repair_shop',
  schema: inBothDialects(`
CREATE TABLE customer (
  customer_id INTEGER PRIMARY KEY,
  name VARCHAR(60) NOT NULL,
  phone VARCHAR(20),
  city VARCHAR(30) NOT NULL,
  since DATE NOT NULL
);
CREATE TABLE device (
  device_id INTEGER PRIMARY KEY,
  customer_id INTEGER NOT NULL REFERENCES customer (customer_id),
  kind VARCHAR(20) NOT NULL,
  brand VARCHAR(20),
  serial VARCHAR(20) NOT NULL,
  built INTEGER
);
CREATE TABLE mechanic (
  mechanic_id INTEGER PRIMARY KEY,
  name VARCHAR(60) NOT NULL,
  hourly DECIMAL(6,2) NOT NULL,
  manager_id INTEGER REFERENCES mechanic (mechanic_id),
  hired DATE NOT NULL
);
CREATE TABLE repair (
  repair_id INTEGER PRIMARY KEY,
  device_id INTEGER NOT NULL REFERENCES device (device_id),
  mechanic_id INTEGER REFERENCES mechanic (mechanic_id),
  opened DATETIME NOT NULL,
  closed DATETIME,
  status VARCHAR(10) NOT NULL,
  hours DECIMAL(4,2),
  note TEXT
);
CREATE TABLE part (
  part_id INTEGER PRIMARY KEY,
  name VARCHAR(40) NOT NULL,
  price DECIMAL(7,2) NOT NULL,
  stock INTEGER NOT NULL,
  category VARCHAR(20)
);
CREATE TABLE repair_part (
  repair_id INTEGER NOT NULL REFERENCES repair (repair_id),
  part_id INTEGER NOT NULL REFERENCES part (part_id),
  quantity INTEGER NOT NULL,
  PRIMARY KEY (repair_id, part_id)
);
CREATE TABLE invoice (
  invoice_id INTEGER PRIMARY KEY,
  repair_id INTEGER NOT NULL REFERENCES repair (repair_id),
  issued DATE NOT NULL,
  total DECIMAL(8,2) NOT NULL,
  paid DATE
);
`),
  data: `
INSERT INTO customer (customer_id, name, phone, city, since) VALUES
  (1, 'Ellen Park', '555-0101', 'Hafen', '2019-02-11'), (2, 'Björn Åkesson', NULL, 'Norrby', '2019-06-03'),
  (3, 'D''Arcy & Sons', '555-0177', 'Hafen', '2019-06-03'),
  (4, 'Wei Zhang', '555-0123', 'Oldtown', '2020-01-20'),
  (5, 'Marta Kowal', '555-0110', 'Norrby', '2020-08-14'),
  (6, 'Hotel "Anker"', '555-0190', 'Hafen', '2020-11-30'), (7, 'Tom Reed', NULL, 'Oldtown', '2021-03-09'),
  (8, 'Ilse Maas', '555-0142', 'Westend', '2021-05-25'),
  (9, 'Noor Aziz', '555-0155', 'Oldtown', '2021-10-02'),
  (10, 'Café Löwe', '555-0166', 'Westend', '2022-02-17'), (11, 'Jan Novák', NULL, 'Norrby', '2022-09-08'),
  (12, 'Ruth Adler', '555-0188', 'Hafen', '2023-01-12'),
  (13, 'Otis Gray', '555-0199', 'Oldtown', '2023-04-27'),
  (14, 'Freya Lunn', '555-0114', 'Westend', '2023-12-01');
INSERT INTO device (device_id, customer_id, kind, brand, serial, built) VALUES
  (1, 1, 'bicycle', 'Velox', 'BI-339', 1989), (2, 1, 'lamp', 'Lumen', 'LA-337', 1996),
  (3, 2, 'radio', NULL, 'RA-709', 2020), (4, 3, 'toaster', 'Brio', 'TO-356', NULL),
  (5, 3, 'radio', 'Sonett', 'RA-952', 2003), (6, 3, 'lamp', 'Lumen', 'LA-158', 2003),
  (7, 4, 'bicycle', 'Velox', 'BI-189', 1974), (8, 5, 'radio', 'Sonett', 'RA-553', 2010),
  (9, 6, 'bicycle', 'Velox', 'BI-294', NULL), (10, 6, 'bicycle', 'Velox', 'BI-854', 2010),
  (11, 6, 'bicycle', 'Velox', 'BI-187', 1989), (12, 8, 'lamp', 'Lumen', 'LA-321', 1989),
  (13, 9, 'sewing machine', 'Nadel', 'SE-765', 2010), (14, 9, 'radio', 'Aurora', 'RA-167', NULL),
  (15, 10, 'lamp', NULL, 'LA-365', 2018), (16, 10, 'lamp', 'Lumen', 'LA-785', 1958),
  (17, 11, 'lamp', NULL, 'LA-388', NULL), (18, 12, 'radio', NULL, 'RA-680', 2020),
  (19, 12, 'bicycle', NULL, 'BI-333', 2018), (20, 13, 'toaster', 'Brio', 'TO-857', 1958),
  (21, 1, 'toaster', 'Kettner', 'TO-861', NULL), (22, 3, 'toaster', 'Brio', 'TO-465', 2020),
  (23, 5, 'radio', NULL, 'RA-415', 2020), (24, 8, 'sewing machine', 'Nadel', 'SE-289', 1989);
INSERT INTO mechanic (mechanic_id, name, hourly, manager_id, hired) VALUES
  (1, 'Greta Vogel', 48.00, NULL, '2015-04-01'), (2, 'Sam Ortiz', 36.50, 1, '2017-09-15'),
  (3, 'Lin Dao', 36.50, 1, '2018-02-01'), (4, 'Pål Moen', 31.00, 2, '2020-06-22'),
  (5, 'Kit O''Shea', 28.75, 2, '2021-11-08'), (6, 'Ida Brandt', 28.75, 3, '2022-03-14'),
  (7, 'Rui Costa', 24.00, 4, '2023-08-01');
INSERT INTO part (part_id, name, price, stock, category) VALUES
  (1, 'Brake cable', 6.50, 40, 'cycle'), (2, 'Inner tube', 5.20, 65, 'cycle'),
  (3, 'Chain', 18.90, 12, 'cycle'), (4, 'Heating coil', 11.40, 9, 'electric'),
  (5, 'Fuse 2 A', 0.85, 200, 'electric'), (6, 'Power cord', 7.30, 22, 'electric'),
  (7, 'Capacitor 10 µF', 1.15, 120, 'electric'), (8, 'Mainspring', 14.00, 3, 'clock'),
  (9, 'Hour hand', 4.60, 0, 'clock'), (10, 'Needle set', 8.80, 17, 'sewing'),
  (11, 'Drive belt', 9.95, 5, 'sewing'), (12, 'Bulb E14', 2.40, 80, 'electric'),
  (13, 'Saddle', 27.50, 4, 'cycle'), (14, 'Knob, 1/4"', 3.10, 14, NULL),
  (15, 'Loudspeaker 4"', 21.75, 2, 'electric'), (16, 'Screw M4', 0.10, 900, NULL),
  (17, 'Oil 50 ml', 3.10, 25, NULL), (18, 'Bell "Ding"', 5.20, 7, 'cycle');
INSERT INTO repair (repair_id, device_id, mechanic_id, opened, closed, status, hours, note) VALUES
  (1, 6, 1, '2023-01-19 08:05:00', '2023-01-22 10:05:00', 'abandoned', NULL, 'customer will call'),
  (2, 22, 5, '2023-02-01 14:20:00', '2023-02-10 17:20:00', 'abandoned', NULL, 'second visit'),
  (3, 10, 3, '2023-02-06 09:00:00', '2023-02-08 10:00:00', 'done', 2.00, 'URGENT: wedding'),
  (4, 5, 1, '2023-02-14 14:40:00', NULL, 'open', NULL, 'smells of smoke'),
  (5, 18, 5, '2023-02-22 10:45:00', '2023-02-24 11:45:00', 'abandoned', 0.25, 'customer will call'),
  (6, 5, 5, '2023-02-24 11:15:00', NULL, 'open', NULL, 'noisy'),
  (7, 12, 2, '2023-03-01 14:40:00', '2023-03-10 16:40:00', 'abandoned', NULL, 'rust'),
  (8, 8, 2, '2023-03-10 11:00:00', '2023-03-11 12:00:00', 'done', 1.00, 'noisy'),
  (9, 15, 5, '2023-03-18 11:40:00', '2023-03-19 12:40:00', 'abandoned', NULL, 'URGENT: wedding'),
  (10, 17, 3, '2023-03-27 14:15:00', '2023-03-28 17:15:00', 'done', 1.25, 'noisy'),
  (11, 1, 6, '2023-04-09 08:45:00', '2023-04-15 11:45:00', 'done', 2.00, 'won''t start'),
  (12, 20, 4, '2023-04-22 14:00:00', '2023-04-22 15:00:00', 'done', 0.25, 'noisy'),
  (13, 20, 4, '2023-05-01 09:05:00', '2023-05-02 10:05:00', 'done', 4.50, NULL),
  (14, 22, 1, '2023-05-03 14:00:00', '2023-05-04 17:00:00', 'abandoned', NULL, 'smells of smoke'),
  (15, 10, 6, '2023-05-11 09:45:00', '2023-05-12 12:45:00', 'done', 1.25, 'second visit'),
  (16, 12, NULL, '2023-05-20 08:00:00', NULL, 'open', NULL, 'URGENT: wedding'),
  (17, 12, 4, '2023-05-25 09:20:00', '2023-06-03 11:20:00', 'done', 0.25, 'smells of smoke'),
  (18, 6, 6, '2023-05-27 10:00:00', '2023-05-29 13:00:00', 'done', 0.25, 'smells of smoke'),
  (19, 6, 6, '2023-05-29 10:45:00', '2023-06-01 12:45:00', 'done', 0.50, 'URGENT: wedding'),
  (20, 21, 1, '2023-06-07 14:00:00', '2023-06-07 15:00:00', 'done', 0.25, '100% original parts'),
  (21, 16, 6, '2023-06-09 08:15:00', '2023-06-09 10:15:00', 'done', 1.00, '100% original parts'),
  (22, 8, 4, '2023-06-17 11:15:00', '2023-06-17 12:15:00', 'abandoned', 0.25, NULL),
  (23, 19, 5, '2023-06-30 08:20:00', '2023-07-09 11:20:00', 'abandoned', NULL, 'does not hold time'),
  (24, 8, 2, '2023-07-08 16:00:00', '2023-07-10 19:00:00', 'done', 1.00, 'urgent'),
  (25, 9, 3, '2023-07-10 16:05:00', '2023-07-19 19:05:00', 'done', 1.50, NULL),
  (26, 12, 1, '2023-07-12 10:40:00', '2023-07-18 12:40:00', 'done', 0.50, 'smells of smoke'),
  (27, 20, 5, '2023-07-21 14:40:00', '2023-07-21 17:40:00', 'abandoned', NULL, NULL),
  (28, 15, 2, '2023-07-23 16:45:00', '2023-07-26 17:45:00', 'done', 4.50, 'does not hold time'),
  (29, 14, 5, '2023-07-31 09:15:00', '2023-08-09 11:15:00', 'done', 2.50, 'urgent'),
  (30, 11, NULL, '2023-08-13 16:45:00', NULL, 'open', NULL, 'noisy'),
  (31, 1, 2, '2023-08-21 09:15:00', '2023-08-27 10:15:00', 'done', 1.50, 'rust'),
  (32, 16, 4, '2023-08-26 11:15:00', '2023-08-26 14:15:00', 'abandoned', 0.25, NULL),
  (33, 8, 2, '2023-08-28 11:05:00', '2023-08-28 13:05:00', 'done', 1.25, 'noisy'),
  (34, 15, 1, '2023-09-02 16:05:00', '2023-09-05 19:05:00', 'done', 0.50, 'does not hold time'),
  (35, 10, 1, '2023-09-15 10:45:00', '2023-09-15 12:45:00', 'done', 1.25, 'won''t start'),
  (36, 5, 5, '2023-09-23 16:15:00', '2023-09-24 18:15:00', 'done', 2.00, 'smells of smoke'),
  (37, 2, 4, '2023-09-25 08:40:00', '2023-09-26 09:40:00', 'done', 0.75, 'noisy'),
  (38, 22, 4, '2023-09-30 11:45:00', '2023-10-06 12:45:00', 'done', 2.50, 'customer will call'),
  (39, 21, 2, '2023-10-02 14:15:00', '2023-10-05 16:15:00', 'done', 3.75, 'second visit'),
  (40, 20, 3, '2023-10-15 09:05:00', '2023-10-16 12:05:00', 'done', 4.50, 'customer will call'),
  (41, 9, 4, '2023-10-24 08:45:00', '2023-10-24 09:45:00', 'abandoned', 0.25, NULL),
  (42, 6, 3, '2023-11-06 11:20:00', '2023-11-06 14:20:00', 'abandoned', 0.25, NULL);
INSERT INTO repair_part (repair_id, part_id, quantity) VALUES
  (1, 5, 2), (1, 6, 1), (1, 12, 4), (2, 4, 1), (2, 5, 2), (2, 16, 12), (3, 3, 1), (4, 6, 1), (5, 15, 1),
  (5, 6, 1), (5, 7, 1), (7, 12, 1), (8, 6, 1), (9, 5, 1), (10, 5, 1), (10, 6, 1), (11, 16, 4), (11, 17, 1),
  (11, 2, 1), (12, 6, 4), (13, 4, 1), (14, 16, 12), (14, 6, 1), (14, 5, 4), (15, 3, 1), (17, 6, 2),
  (18, 12, 1), (18, 6, 2), (19, 12, 1), (19, 6, 1), (19, 5, 1), (20, 4, 1), (20, 16, 12), (22, 6, 1),
  (22, 15, 4), (23, 18, 4), (23, 3, 4), (23, 2, 1), (25, 17, 1), (27, 6, 1), (27, 5, 1), (27, 16, 4),
  (28, 12, 1), (29, 6, 2), (31, 17, 2), (32, 5, 1), (32, 12, 4), (33, 15, 2), (34, 12, 4), (34, 5, 1),
  (36, 7, 1), (36, 6, 1), (36, 5, 1), (38, 4, 4), (39, 6, 1), (39, 16, 8), (40, 6, 4), (41, 1, 1),
  (41, 16, 4), (42, 12, 2);
INSERT INTO invoice (invoice_id, repair_id, issued, total, paid) VALUES
  (1, 3, '2023-02-08', 91.90, NULL), (2, 8, '2023-03-11', 43.80, NULL), (3, 10, '2023-03-29', 53.77, NULL),
  (4, 11, '2023-04-15', 66.20, '2023-05-30'), (5, 12, '2023-04-26', 36.95, NULL),
  (6, 13, '2023-05-06', 150.90, NULL), (7, 15, '2023-05-12', 54.84, '2023-06-11'),
  (8, 17, '2023-06-07', 22.35, '2023-06-07'), (9, 18, '2023-05-29', 24.19, NULL),
  (10, 19, '2023-06-01', 24.92, '2023-07-16'), (11, 20, '2023-06-08', 24.60, NULL),
  (12, 21, '2023-06-09', 28.75, '2023-06-23'), (13, 24, '2023-07-10', 36.50, NULL),
  (14, 25, '2023-07-23', 57.85, NULL), (15, 26, '2023-07-19', 24.00, '2023-09-02'),
  (16, 28, '2023-07-26', 166.65, '2023-07-26'), (17, 29, '2023-08-09', 86.47, '2023-09-23'),
  (18, 31, '2023-08-27', 60.95, NULL), (19, 33, '2023-09-01', 89.12, '2023-10-16'),
  (20, 35, '2023-09-19', 60.00, '2023-10-19'), (21, 36, '2023-09-24', 66.80, NULL),
  (22, 37, '2023-09-26', 23.25, NULL), (23, 38, '2023-10-10', 123.10, '2023-10-24'),
  (24, 39, '2023-10-09', 144.97, NULL), (25, 40, '2023-10-20', 193.45, '2023-12-04');
`,
};
