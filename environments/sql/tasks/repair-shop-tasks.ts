import { tasksAbout } from './entry.ts';

export const REPAIR_SHOP_TASKS = tasksAbout('repair_shop', [
  {
    id: 'shop-customers-without-phone',
    instruction:
      'Return the names of the customers from Norrby or Oldtown for whom no phone number is known, in any order.',
    gold: "SELECT name FROM customer WHERE city IN ('Norrby', 'Oldtown') AND phone IS NULL",
    wrong: [
      "SELECT name FROM customer WHERE city = 'Norrby' OR city = 'Oldtown' AND phone IS NULL",
      "SELECT name FROM customer WHERE city IN ('Norrby', 'Oldtown') AND phone = ''",
    ],
    tags: ['filter', 'null', 'easy'],
  },
  {
    id: 'shop-brands',
    instruction: 'List every brand that occurs among the devices, each once, in alphabetical order.',
    gold: 'SELECT DISTINCT brand FROM device WHERE brand IS NOT NULL ORDER BY brand',
    wrong: [
      'SELECT brand FROM device WHERE brand IS NOT NULL ORDER BY brand',
      'SELECT DISTINCT brand FROM device ORDER BY brand',
    ],
    tags: ['distinct', 'null', 'easy'],
  },
  {
    id: 'shop-stock-value-of-cycle-parts',
    instruction:
      'For each part of the category cycle, return its name and the value of the stock (price times stock, rounded to 2 ' +
      'decimals), the highest value first.',
    gold: "SELECT name, ROUND(price * stock, 2) FROM part WHERE category = 'cycle' ORDER BY price * stock DESC",
    wrong: [
      "SELECT name, ROUND(price * stock, 2) FROM part WHERE category = 'cycle' ORDER BY price DESC",
      'SELECT name, ROUND(price * stock, 2) FROM part ORDER BY price * stock DESC',
    ],
    tags: ['arithmetic', 'order', 'easy'],
  },
  {
    id: 'shop-managers',
    instruction:
      'Return each mechanic’s name and the name of the manager, NULL for the one who has none. Any order.',
    gold: 'SELECT m.name, b.name FROM mechanic m LEFT JOIN mechanic b ON b.mechanic_id = m.manager_id',
    wrong: [
      'SELECT m.name, b.name FROM mechanic m JOIN mechanic b ON b.mechanic_id = m.manager_id',
      'SELECT m.name, b.name FROM mechanic m LEFT JOIN mechanic b ON m.mechanic_id = b.manager_id',
    ],
    tags: ['join', 'null', 'easy'],
  },
  {
    id: 'shop-invoiced-by-mechanic',
    instruction:
      'For each mechanic whose repairs were invoiced for more than 300 in total, return name and that total rounded to 2 ' +
      'decimals, the highest total first.',
    gold:
      'SELECT m.name, ROUND(SUM(i.total), 2) FROM mechanic m JOIN repair r ON r.mechanic_id = m.mechanic_id ' +
      'JOIN invoice i ON i.repair_id = r.repair_id GROUP BY m.mechanic_id, m.name ' +
      'HAVING SUM(i.total) > 300 ORDER BY SUM(i.total) DESC',
    wrong: [
      'SELECT m.name, ROUND(SUM(i.total), 2) FROM mechanic m JOIN repair r ON r.mechanic_id = m.mechanic_id ' +
        'JOIN invoice i ON i.repair_id = r.repair_id WHERE i.total > 300 GROUP BY m.mechanic_id, m.name ' +
        'ORDER BY SUM(i.total) DESC',
      'SELECT m.name, ROUND(SUM(i.total), 2) FROM mechanic m JOIN repair r ON r.mechanic_id = m.mechanic_id ' +
        'JOIN invoice i ON i.repair_id = r.repair_id JOIN repair_part p ON p.repair_id = r.repair_id ' +
        'GROUP BY m.mechanic_id, m.name HAVING SUM(i.total) > 300 ORDER BY SUM(i.total) DESC',
    ],
    tags: ['join', 'having', 'medium'],
  },
  {
    id: 'shop-cost-of-parts',
    instruction:
      'For every repair with status done on a bicycle or a lamp, return repair_id and the cost of its parts (price times ' +
      'quantity, summed, rounded to 2 decimals; 0 if it used none). Sort by repair_id.',
    gold:
      'SELECT r.repair_id, ROUND(COALESCE(SUM(p.price * rp.quantity), 0), 2) FROM repair r ' +
      'JOIN device d ON d.device_id = r.device_id LEFT JOIN repair_part rp ON rp.repair_id = r.repair_id ' +
      "LEFT JOIN part p ON p.part_id = rp.part_id WHERE r.status = 'done' AND d.kind IN ('bicycle', 'lamp') " +
      'GROUP BY r.repair_id ORDER BY r.repair_id',
    wrong: [
      'SELECT r.repair_id, ROUND(SUM(p.price * rp.quantity), 2) FROM repair r ' +
        'JOIN device d ON d.device_id = r.device_id JOIN repair_part rp ON rp.repair_id = r.repair_id ' +
        "JOIN part p ON p.part_id = rp.part_id WHERE r.status = 'done' AND d.kind IN ('bicycle', 'lamp') " +
        'GROUP BY r.repair_id ORDER BY r.repair_id',
      'SELECT r.repair_id, ROUND(COALESCE(SUM(p.price), 0), 2) FROM repair r ' +
        'JOIN device d ON d.device_id = r.device_id LEFT JOIN repair_part rp ON rp.repair_id = r.repair_id ' +
        "LEFT JOIN part p ON p.part_id = rp.part_id WHERE r.status = 'done' AND d.kind IN ('bicycle', 'lamp') " +
        'GROUP BY r.repair_id ORDER BY r.repair_id',
    ],
    tags: ['join', 'aggregation', 'null', 'hard'],
  },
  {
    id: 'shop-days-in-the-shop',
    instruction:
      'For each kind of device, return the kind and the average number of days from the date opened to the date closed ' +
      '(calendar dates, so the same day is 0), over closed repairs only, rounded to 2 decimals. Any order.',
    gold: {
      sqlite:
        'SELECT d.kind, ROUND(AVG(julianday(date(r.closed)) - julianday(date(r.opened))), 2) FROM repair r ' +
        'JOIN device d ON d.device_id = r.device_id WHERE r.closed IS NOT NULL GROUP BY d.kind',
      mysql:
        'SELECT d.kind, ROUND(AVG(DATEDIFF(r.closed, r.opened)), 2) FROM repair r ' +
        'JOIN device d ON d.device_id = r.device_id WHERE r.closed IS NOT NULL GROUP BY d.kind',
    },
    wrong: [
      {
        sqlite:
          'SELECT d.kind, ROUND(AVG(COALESCE(julianday(date(r.closed)) - julianday(date(r.opened)), 0)), 2) ' +
          'FROM repair r JOIN device d ON d.device_id = r.device_id GROUP BY d.kind',
        mysql:
          'SELECT d.kind, ROUND(AVG(COALESCE(DATEDIFF(r.closed, r.opened), 0)), 2) ' +
          'FROM repair r JOIN device d ON d.device_id = r.device_id GROUP BY d.kind',
      },
      {
        sqlite:
          'SELECT d.kind, ROUND(AVG(julianday(r.closed) - julianday(r.opened)), 2) FROM repair r ' +
          'JOIN device d ON d.device_id = r.device_id WHERE r.closed IS NOT NULL GROUP BY d.kind',
        mysql:
          'SELECT d.kind, ROUND(AVG(TIMESTAMPDIFF(MINUTE, r.opened, r.closed)) / 1440, 2) FROM repair r ' +
          'JOIN device d ON d.device_id = r.device_id WHERE r.closed IS NOT NULL GROUP BY d.kind',
      },
    ],
    tags: ['dates', 'aggregation', 'hard'],
  },
  {
    id: 'shop-opened-on-mondays',
    instruction: 'Return the repair_id of every repair that was opened on a Monday, in any order.',
    gold: {
      sqlite: "SELECT repair_id FROM repair WHERE strftime('%w', opened) = '1'",
      mysql: 'SELECT repair_id FROM repair WHERE WEEKDAY(opened) = 0',
    },
    wrong: [
      {
        sqlite: "SELECT repair_id FROM repair WHERE strftime('%w', opened) = '0'",
        mysql: 'SELECT repair_id FROM repair WHERE DAYOFWEEK(opened) = 1',
      },
      {
        sqlite: "SELECT repair_id FROM repair WHERE strftime('%w', closed) = '1'",
        mysql: 'SELECT repair_id FROM repair WHERE WEEKDAY(closed) = 0',
      },
    ],
    tags: ['dates', 'easy'],
  },
  {
    id: 'shop-unused-parts',
    instruction: 'Which parts were never used in any repair? Return their names, in any order.',
    gold: 'SELECT name FROM part p WHERE NOT EXISTS (SELECT 1 FROM repair_part rp WHERE rp.part_id = p.part_id)',
    wrong: [
      'SELECT name FROM part WHERE part_id NOT IN (SELECT repair_id FROM repair_part)',
      'SELECT name FROM part WHERE stock = 0',
    ],
    tags: ['subquery', 'easy'],
  },
  {
    id: 'shop-customers-with-several-kinds',
    instruction:
      'Find the customers who own devices of at least two different kinds. Return name and the number of different kinds, ' +
      'in any order.',
    gold:
      'SELECT c.name, COUNT(DISTINCT d.kind) FROM customer c JOIN device d ON d.customer_id = c.customer_id ' +
      'GROUP BY c.customer_id, c.name HAVING COUNT(DISTINCT d.kind) >= 2',
    wrong: [
      'SELECT c.name, COUNT(d.kind) FROM customer c JOIN device d ON d.customer_id = c.customer_id ' +
        'GROUP BY c.customer_id, c.name HAVING COUNT(d.kind) >= 2',
      'SELECT c.name, COUNT(DISTINCT d.kind) FROM customer c JOIN device d ON d.customer_id = c.customer_id ' +
        'GROUP BY c.customer_id, c.name HAVING COUNT(DISTINCT d.kind) > 2',
    ],
    tags: ['distinct', 'having', 'medium'],
  },
  {
    id: 'shop-latest-status-of-devices',
    instruction:
      'For each device that was ever brought for repair, return its serial number and the status of the repair that was ' +
      'opened last. Any order.',
    gold:
      'SELECT d.serial, r.status FROM device d JOIN repair r ON r.device_id = d.device_id ' +
      'WHERE r.opened = (SELECT MAX(o.opened) FROM repair o WHERE o.device_id = d.device_id)',
    wrong: [
      'SELECT d.serial, MAX(r.status) FROM device d JOIN repair r ON r.device_id = d.device_id ' +
        'GROUP BY d.device_id, d.serial',
      'SELECT d.serial, r.status FROM device d JOIN repair r ON r.device_id = d.device_id ' +
        'WHERE r.opened = (SELECT MIN(o.opened) FROM repair o WHERE o.device_id = d.device_id)',
    ],
    tags: ['subquery', 'dates', 'medium'],
  },
  {
    id: 'shop-unpaid-by-city',
    instruction:
      'For every city in which there is a customer, return the city and the sum of the totals of invoices without a payment ' +
      'date, rounded to 2 decimals, 0 where there is none. Sort by city.',
    gold:
      'SELECT c.city, ROUND(COALESCE(SUM(CASE WHEN i.paid IS NULL THEN i.total END), 0), 2) FROM customer c ' +
      'LEFT JOIN device d ON d.customer_id = c.customer_id LEFT JOIN repair r ON r.device_id = d.device_id ' +
      'LEFT JOIN invoice i ON i.repair_id = r.repair_id GROUP BY c.city ORDER BY c.city',
    wrong: [
      'SELECT c.city, ROUND(SUM(i.total), 2) FROM customer c ' +
        'JOIN device d ON d.customer_id = c.customer_id JOIN repair r ON r.device_id = d.device_id ' +
        'JOIN invoice i ON i.repair_id = r.repair_id GROUP BY c.city ORDER BY c.city',
      'SELECT c.city, ROUND(COALESCE(SUM(CASE WHEN i.paid IS NOT NULL THEN i.total END), 0), 2) FROM customer c ' +
        'LEFT JOIN device d ON d.customer_id = c.customer_id LEFT JOIN repair r ON r.device_id = d.device_id ' +
        'LEFT JOIN invoice i ON i.repair_id = r.repair_id GROUP BY c.city ORDER BY c.city',
    ],
    tags: ['case', 'join', 'null', 'hard'],
  },
  {
    id: 'shop-rates-above-average',
    instruction:
      'Which mechanics have an hourly rate above the average rate of all mechanics? Return name and rate, in any order.',
    gold: 'SELECT name, hourly FROM mechanic WHERE hourly > (SELECT AVG(hourly) FROM mechanic)',
    wrong: [
      'SELECT name, hourly FROM mechanic WHERE hourly < (SELECT AVG(hourly) FROM mechanic)',
      'SELECT name, hourly FROM mechanic WHERE hourly > ' +
        '(SELECT AVG(hourly) FROM mechanic WHERE manager_id IS NULL) / 2',
    ],
    tags: ['subquery', 'easy'],
  },
  {
    id: 'shop-notes-with-a-percent-sign',
    instruction: 'Return repair_id and note of the repairs whose note contains a percent sign, in any order.',
    gold: "SELECT repair_id, note FROM repair WHERE INSTR(note, '%') > 0",
    wrong: [
      "SELECT repair_id, note FROM repair WHERE note LIKE '%%%'",
      "SELECT repair_id, note FROM repair WHERE note = '%'",
    ],
    tags: ['strings', 'easy'],
  },
  {
    id: 'shop-share-of-done-repairs',
    instruction:
      'For each mechanic with at least 5 repairs, return name and the percentage of those repairs that have status done, ' +
      'rounded to 1 decimal. Any order.',
    gold:
      "SELECT m.name, ROUND(100.0 * SUM(CASE WHEN r.status = 'done' THEN 1 ELSE 0 END) / COUNT(*), 1) " +
      'FROM mechanic m JOIN repair r ON r.mechanic_id = m.mechanic_id GROUP BY m.mechanic_id, m.name ' +
      'HAVING COUNT(*) >= 5',
    wrong: [
      'SELECT m.name, 100.0 FROM mechanic m JOIN repair r ON r.mechanic_id = m.mechanic_id ' +
        "WHERE r.status = 'done' GROUP BY m.mechanic_id, m.name HAVING COUNT(*) >= 5",
      "SELECT m.name, ROUND(1.0 * SUM(CASE WHEN r.status = 'done' THEN 1 ELSE 0 END) / COUNT(*), 1) " +
        'FROM mechanic m JOIN repair r ON r.mechanic_id = m.mechanic_id GROUP BY m.mechanic_id, m.name ' +
        'HAVING COUNT(*) >= 5',
    ],
    tags: ['case', 'having', 'medium'],
  },
]);
