import { tasksAbout } from './entry.ts';

export const RAILWAY_TASKS = tasksAbout('railway', [
  {
    id: 'railway-oldest-stations',
    instruction:
      'Return code and name of the stations that were opened before 1880, sorted by code. Stations without an opening date ' +
      'do not count.',
    gold: "SELECT code, name FROM station WHERE opened < '1880-01-01' ORDER BY code",
    wrong: [
      "SELECT code, name FROM station WHERE opened < '1880-01-01' OR opened IS NULL ORDER BY code",
      "SELECT code, name FROM station WHERE opened <= '1880-12-31' ORDER BY code",
    ],
    tags: ['dates', 'null', 'easy'],
  },
  {
    id: 'railway-interchanges',
    instruction:
      'Which stations are stops of more than one line? Return station name and number of lines, in any order.',
    gold:
      'SELECT s.name, COUNT(*) FROM station s JOIN stop p ON p.station_id = s.station_id ' +
      'GROUP BY s.station_id, s.name HAVING COUNT(*) > 1',
    wrong: [
      'SELECT s.name, COUNT(*) FROM station s JOIN stop p ON p.station_id = s.station_id ' +
        'GROUP BY s.station_id, s.name HAVING COUNT(*) > 2',
      'SELECT s.name, COUNT(*) FROM station s JOIN stop p ON p.station_id = s.station_id ' +
        'GROUP BY s.station_id, s.name',
    ],
    tags: ['join', 'having', 'easy'],
  },
  {
    id: 'railway-closed-stations',
    instruction: 'Which stations are on no line? Return their codes, in any order.',
    gold: 'SELECT code FROM station WHERE station_id NOT IN (SELECT station_id FROM stop)',
    wrong: [
      'SELECT code FROM station WHERE opened IS NULL',
      'SELECT code FROM station WHERE station_id NOT IN (SELECT line_id FROM stop)',
    ],
    tags: ['subquery', 'easy'],
  },
  {
    id: 'railway-distance-between-stations',
    instruction:
      'How many kilometres lie between the stations with the codes MOL and SAN on the line named Coast Line? Return one ' +
      'number, rounded to 1 decimal.',
    gold:
      'SELECT ROUND(b.km - a.km, 1) FROM stop a JOIN stop b ON b.line_id = a.line_id ' +
      'JOIN line l ON l.line_id = a.line_id JOIN station s ON s.station_id = a.station_id ' +
      "JOIN station t ON t.station_id = b.station_id WHERE l.name = 'Coast Line' AND s.code = 'MOL' AND t.code = 'SAN'",
    wrong: [
      'SELECT ROUND(p.km, 1) FROM stop p JOIN line l ON l.line_id = p.line_id ' +
        "JOIN station s ON s.station_id = p.station_id WHERE l.name = 'Coast Line' AND s.code = 'SAN'",
      'SELECT ROUND(SUM(p.km), 1) FROM stop p JOIN line l ON l.line_id = p.line_id ' +
        "JOIN station s ON s.station_id = p.station_id WHERE l.name = 'Coast Line' AND s.code IN ('MOL', 'SAN')",
    ],
    tags: ['join', 'arithmetic', 'medium'],
  },
  {
    id: 'railway-line-lengths',
    instruction:
      'Return the name of each line and its length, which is the largest km of its stops; the longest line first.',
    gold:
      'SELECT l.name, MAX(p.km) FROM line l JOIN stop p ON p.line_id = l.line_id ' +
      'GROUP BY l.line_id, l.name ORDER BY MAX(p.km) DESC',
    wrong: [
      'SELECT l.name, SUM(p.km) FROM line l JOIN stop p ON p.line_id = l.line_id ' +
        'GROUP BY l.line_id, l.name ORDER BY SUM(p.km) DESC',
      'SELECT l.name, MAX(p.km) FROM line l JOIN stop p ON p.line_id = l.line_id ' +
        'GROUP BY l.line_id, l.name ORDER BY MAX(p.km)',
    ],
    tags: ['aggregation', 'order', 'easy'],
  },
  {
    id: 'railway-average-delay-of-trains',
    instruction:
      'For each train, return its number and the average delay of its runs that were not cancelled and whose delay is known ' +
      '(negative delays count as they are), rounded to 2 decimals. Leave out trains without such a run. Sort by number.',
    gold:
      'SELECT t.number, ROUND(AVG(r.delay), 2) FROM train t JOIN run r ON r.train_id = t.train_id ' +
      'WHERE r.cancelled = 0 AND r.delay IS NOT NULL GROUP BY t.train_id, t.number ORDER BY t.number',
    wrong: [
      'SELECT t.number, ROUND(AVG(COALESCE(r.delay, 0)), 2) FROM train t JOIN run r ON r.train_id = t.train_id ' +
        'GROUP BY t.train_id, t.number ORDER BY t.number',
      'SELECT t.number, ROUND(AVG(r.delay), 2) FROM train t JOIN run r ON r.train_id = t.train_id ' +
        'WHERE r.cancelled = 0 AND r.delay > 0 GROUP BY t.train_id, t.number ORDER BY t.number',
    ],
    tags: ['aggregation', 'null', 'medium'],
  },
  {
    id: 'railway-punctuality-by-line',
    instruction:
      'For each line on which trains ran, return its name and the percentage of runs with a delay of at most 5 minutes ' +
      'among the runs with a known delay, rounded to 1 decimal. Any order.',
    gold:
      'SELECT l.name, ROUND(100.0 * SUM(CASE WHEN r.delay <= 5 THEN 1 ELSE 0 END) / COUNT(r.delay), 1) FROM line l ' +
      'JOIN train t ON t.line_id = l.line_id JOIN run r ON r.train_id = t.train_id GROUP BY l.line_id, l.name',
    wrong: [
      'SELECT l.name, ROUND(100.0 * SUM(CASE WHEN r.delay <= 5 THEN 1 ELSE 0 END) / COUNT(*), 1) FROM line l ' +
        'JOIN train t ON t.line_id = l.line_id JOIN run r ON r.train_id = t.train_id GROUP BY l.line_id, l.name',
      'SELECT l.name, ROUND(100.0 * SUM(CASE WHEN r.delay < 3 THEN 1 ELSE 0 END) / COUNT(r.delay), 1) FROM line l ' +
        'JOIN train t ON t.line_id = l.line_id JOIN run r ON r.train_id = t.train_id GROUP BY l.line_id, l.name',
    ],
    tags: ['case', 'join', 'null', 'hard'],
  },
  {
    id: 'railway-runs-by-weekday',
    instruction:
      'Count the runs that were not cancelled by day of the week. Return the weekday as a number, 0 for Sunday to 6 for ' +
      'Saturday, and the count, sorted by that number.',
    gold: {
      sqlite:
        "SELECT CAST(strftime('%w', day) AS INTEGER), COUNT(*) FROM run WHERE cancelled = 0 GROUP BY 1 ORDER BY 1",
      mysql: 'SELECT DAYOFWEEK(day) - 1, COUNT(*) FROM run WHERE cancelled = 0 GROUP BY 1 ORDER BY 1',
    },
    wrong: [
      {
        sqlite:
          "SELECT CAST(strftime('%w', day) AS INTEGER) + 1, COUNT(*) FROM run WHERE cancelled = 0 GROUP BY 1 ORDER BY 1",
        mysql: 'SELECT DAYOFWEEK(day), COUNT(*) FROM run WHERE cancelled = 0 GROUP BY 1 ORDER BY 1',
      },
      {
        sqlite: "SELECT CAST(strftime('%w', day) AS INTEGER), COUNT(*) FROM run GROUP BY 1 ORDER BY 1",
        mysql: 'SELECT DAYOFWEEK(day) - 1, COUNT(*) FROM run GROUP BY 1 ORDER BY 1',
      },
    ],
    tags: ['dates', 'aggregation', 'medium'],
  },
  {
    id: 'railway-sales-by-class',
    instruction:
      'For each class, return the class, the number of tickets (also those without a price) and the sum of the known prices ' +
      'rounded to 2 decimals. Sort by class.',
    gold: 'SELECT class, COUNT(*), ROUND(SUM(price), 2) FROM ticket GROUP BY class ORDER BY class',
    wrong: [
      'SELECT class, COUNT(price), ROUND(SUM(price), 2) FROM ticket GROUP BY class ORDER BY class',
      'SELECT class, COUNT(*), ROUND(SUM(DISTINCT price), 2) FROM ticket GROUP BY class ORDER BY class',
    ],
    tags: ['aggregation', 'null', 'easy'],
  },
  {
    id: 'railway-tickets-towards-kilometre-zero',
    instruction:
      'Find the tickets that lead towards kilometre 0: on the line of the train, the destination has a smaller km than the ' +
      'origin. Return their ticket_id, each once, in any order.',
    gold:
      'SELECT k.ticket_id FROM ticket k JOIN run r ON r.run_id = k.run_id JOIN train t ON t.train_id = r.train_id ' +
      'JOIN stop a ON a.line_id = t.line_id AND a.station_id = k.from_station ' +
      'JOIN stop b ON b.line_id = t.line_id AND b.station_id = k.to_station WHERE b.km < a.km',
    wrong: [
      'SELECT k.ticket_id FROM ticket k JOIN stop a ON a.station_id = k.from_station ' +
        'JOIN stop b ON b.station_id = k.to_station WHERE b.km < a.km',
      'SELECT ticket_id FROM ticket WHERE to_station < from_station',
    ],
    tags: ['join', 'hard'],
  },
  {
    id: 'railway-gaps-between-stops',
    instruction:
      'For the line named Hill Line, return the name of each station and the kilometres from the stop before it, rounded to ' +
      '1 decimal, NULL for the first stop. Sort by seq.',
    gold:
      'SELECT s.name, ROUND(p.km - LAG(p.km) OVER (ORDER BY p.seq), 1) FROM stop p ' +
      'JOIN station s ON s.station_id = p.station_id JOIN line l ON l.line_id = p.line_id ' +
      "WHERE l.name = 'Hill Line' ORDER BY p.seq",
    wrong: [
      'SELECT s.name, ROUND(LEAD(p.km) OVER (ORDER BY p.seq) - p.km, 1) FROM stop p ' +
        'JOIN station s ON s.station_id = p.station_id JOIN line l ON l.line_id = p.line_id ' +
        "WHERE l.name = 'Hill Line' ORDER BY p.seq",
      'SELECT s.name, p.km FROM stop p ' +
        'JOIN station s ON s.station_id = p.station_id JOIN line l ON l.line_id = p.line_id ' +
        "WHERE l.name = 'Hill Line' ORDER BY p.seq",
    ],
    tags: ['window', 'null', 'medium'],
  },
  {
    id: 'railway-refunds',
    instruction:
      'Tickets of cancelled runs are refunded. Return ticket_id and price of those with a known price, sorted by ticket_id.',
    gold:
      'SELECT k.ticket_id, k.price FROM ticket k JOIN run r ON r.run_id = k.run_id ' +
      'WHERE r.cancelled = 1 AND k.price IS NOT NULL ORDER BY k.ticket_id',
    wrong: [
      'SELECT k.ticket_id, k.price FROM ticket k JOIN run r ON r.run_id = k.run_id ' +
        'WHERE r.delay IS NULL AND k.price IS NOT NULL ORDER BY k.ticket_id',
      'SELECT k.ticket_id, k.price FROM ticket k JOIN run r ON r.run_id = k.run_id ' +
        'WHERE r.cancelled = 1 ORDER BY k.ticket_id',
    ],
    tags: ['join', 'null', 'medium'],
  },
  {
    id: 'railway-tickets-bought-early',
    instruction:
      'Find the tickets that were sold at least 5 days before the day of their run, counting calendar dates without the ' +
      'time. Return ticket_id and that number of days, sorted by ticket_id.',
    gold: {
      sqlite:
        'SELECT k.ticket_id, CAST(julianday(r.day) - julianday(date(k.sold)) AS INTEGER) FROM ticket k ' +
        'JOIN run r ON r.run_id = k.run_id WHERE julianday(r.day) - julianday(date(k.sold)) >= 5 ORDER BY k.ticket_id',
      mysql:
        'SELECT k.ticket_id, DATEDIFF(r.day, k.sold) FROM ticket k ' +
        'JOIN run r ON r.run_id = k.run_id WHERE DATEDIFF(r.day, k.sold) >= 5 ORDER BY k.ticket_id',
    },
    wrong: [
      {
        sqlite:
          'SELECT k.ticket_id, CAST(julianday(r.day) - julianday(date(k.sold)) AS INTEGER) FROM ticket k ' +
          'JOIN run r ON r.run_id = k.run_id WHERE julianday(r.day) - julianday(date(k.sold)) > 5 ORDER BY k.ticket_id',
        mysql:
          'SELECT k.ticket_id, DATEDIFF(r.day, k.sold) FROM ticket k ' +
          'JOIN run r ON r.run_id = k.run_id WHERE DATEDIFF(r.day, k.sold) > 5 ORDER BY k.ticket_id',
      },
      {
        sqlite:
          'SELECT k.ticket_id, CAST(julianday(r.day) - julianday(k.sold) AS INTEGER) FROM ticket k ' +
          'JOIN run r ON r.run_id = k.run_id WHERE julianday(r.day) - julianday(k.sold) >= 5 ORDER BY k.ticket_id',
        mysql:
          'SELECT k.ticket_id, TIMESTAMPDIFF(DAY, k.sold, r.day) FROM ticket k ' +
          'JOIN run r ON r.run_id = k.run_id WHERE TIMESTAMPDIFF(DAY, k.sold, r.day) >= 5 ORDER BY k.ticket_id',
      },
    ],
    tags: ['dates', 'hard'],
  },
  {
    id: 'railway-days-without-cancellation',
    instruction:
      'Return the days with runs on which no run was cancelled, each day once, sorted by day, the latest first.',
    gold: 'SELECT day FROM run EXCEPT SELECT day FROM run WHERE cancelled = 1 ORDER BY day DESC',
    wrong: [
      'SELECT DISTINCT day FROM run WHERE cancelled = 0 ORDER BY day DESC',
      'SELECT day FROM run WHERE day NOT IN (SELECT day FROM run WHERE cancelled = 1) ORDER BY day DESC',
    ],
    tags: ['sets', 'dates', 'medium'],
  },
  {
    id: 'railway-worst-run-of-each-line',
    instruction:
      'For each line, return the run with the largest delay, and all of them if several share it: line name, run_id and ' +
      'delay, in any order. Leave out runs whose delay is not known.',
    gold:
      'SELECT name, run_id, delay FROM (SELECT l.name, r.run_id, r.delay, ' +
      'RANK() OVER (PARTITION BY l.line_id ORDER BY r.delay DESC) AS place FROM line l ' +
      'JOIN train t ON t.line_id = l.line_id JOIN run r ON r.train_id = t.train_id ' +
      'WHERE r.delay IS NOT NULL) AS ranked WHERE place = 1',
    wrong: [
      'SELECT name, run_id, delay FROM (SELECT l.name, r.run_id, r.delay, ' +
        'ROW_NUMBER() OVER (PARTITION BY l.line_id ORDER BY r.delay DESC, r.run_id) AS place FROM line l ' +
        'JOIN train t ON t.line_id = l.line_id JOIN run r ON r.train_id = t.train_id ' +
        'WHERE r.delay IS NOT NULL) AS ranked WHERE place = 1',
      'SELECT l.name, r.run_id, r.delay FROM line l JOIN train t ON t.line_id = l.line_id ' +
        'JOIN run r ON r.train_id = t.train_id WHERE r.delay = (SELECT MAX(delay) FROM run)',
    ],
    tags: ['window', 'hard'],
  },
]);
