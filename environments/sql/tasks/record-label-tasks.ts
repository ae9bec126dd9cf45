import { tasksAbout } from './entry.ts';

export const RECORD_LABEL_TASKS = tasksAbout('record_label', [
  {
    id: 'label-active-artists',
    instruction:
      'Return name and founding year of the artists with a known founding year that have not disbanded, the most recently ' +
      'founded first.',
    gold:
      'SELECT name, founded FROM artist WHERE founded IS NOT NULL AND disbanded IS NULL ' +
      'ORDER BY founded DESC',
    wrong: [
      'SELECT name, founded FROM artist WHERE disbanded IS NULL ORDER BY founded DESC',
      'SELECT name, founded FROM artist WHERE founded IS NOT NULL AND disbanded IS NULL ORDER BY founded',
    ],
    tags: ['null', 'order', 'easy'],
  },
  {
    id: 'label-titles-of-several-artists',
    instruction:
      'Which album titles were used by more than one artist? Return title and number of artists, in any order.',
    gold: 'SELECT title, COUNT(DISTINCT artist_id) FROM album GROUP BY title HAVING COUNT(DISTINCT artist_id) > 1',
    wrong: [
      'SELECT title, COUNT(DISTINCT artist_id) FROM album GROUP BY title HAVING COUNT(DISTINCT artist_id) >= 1',
      'SELECT a.title, 2 FROM album a JOIN album b ON b.title = a.title AND b.artist_id <> a.artist_id',
    ],
    tags: ['distinct', 'having', 'easy'],
  },
  {
    id: 'label-complete-album-lengths',
    instruction:
      'For each album whose tracks all have a known length, return catalogue, title and the total length in seconds. Sort by ' +
      'catalogue.',
    gold:
      'SELECT a.catalogue, a.title, SUM(t.seconds) FROM album a JOIN track t ON t.album_id = a.album_id ' +
      'GROUP BY a.album_id, a.catalogue, a.title HAVING COUNT(*) = COUNT(t.seconds) ORDER BY a.catalogue',
    wrong: [
      'SELECT a.catalogue, a.title, SUM(t.seconds) FROM album a JOIN track t ON t.album_id = a.album_id ' +
        'GROUP BY a.album_id, a.catalogue, a.title ORDER BY a.catalogue',
      'SELECT a.catalogue, a.title, MAX(t.seconds) FROM album a JOIN track t ON t.album_id = a.album_id ' +
        'GROUP BY a.album_id, a.catalogue, a.title HAVING COUNT(*) = COUNT(t.seconds) ORDER BY a.catalogue',
    ],
    tags: ['aggregation', 'having', 'null', 'medium'],
  },
  {
    id: 'label-longest-tracks',
    instruction:
      'For each album, return its catalogue and the title of its longest track by known length; all of them if several ' +
      'tracks of the album share the length. Any order.',
    gold:
      'SELECT a.catalogue, t.title FROM album a JOIN track t ON t.album_id = a.album_id ' +
      'WHERE t.seconds = (SELECT MAX(o.seconds) FROM track o WHERE o.album_id = a.album_id)',
    wrong: [
      'SELECT a.catalogue, MAX(t.title) FROM album a JOIN track t ON t.album_id = a.album_id ' +
        'GROUP BY a.album_id, a.catalogue',
      'SELECT a.catalogue, t.title FROM album a JOIN track t ON t.album_id = a.album_id ' +
        'WHERE t.seconds = (SELECT MAX(seconds) FROM track)',
    ],
    tags: ['subquery', 'medium'],
  },
  {
    id: 'label-frequent-track-titles',
    instruction:
      'Which track titles occur on at least 4 different albums? Return title and number of albums, sorted by the number, ' +
      'highest first, then by title.',
    gold:
      'SELECT title, COUNT(DISTINCT album_id) FROM track GROUP BY title HAVING COUNT(DISTINCT album_id) >= 4 ' +
      'ORDER BY 2 DESC, 1',
    wrong: [
      'SELECT title, COUNT(DISTINCT album_id) FROM track GROUP BY title HAVING COUNT(DISTINCT album_id) > 4 ' +
        'ORDER BY 2 DESC, 1',
      'SELECT title, COUNT(DISTINCT album_id) FROM track GROUP BY title HAVING COUNT(DISTINCT album_id) >= 4 ' +
        'ORDER BY 1 DESC',
    ],
    tags: ['having', 'order', 'medium'],
  },
  {
    id: 'label-sales-by-format',
    instruction:
      'For the sales booked in 2022 or later, return format, sum of units and sum of revenue rounded to 2 decimals (unknown ' +
      'revenue counts as 0), one row for each format, sorted by format.',
    gold: {
      sqlite:
        'SELECT format, SUM(units), ROUND(SUM(COALESCE(revenue, 0)), 2) FROM sale ' +
        "WHERE strftime('%Y', booked) >= '2022' GROUP BY format ORDER BY format",
      mysql:
        'SELECT format, SUM(units), ROUND(SUM(COALESCE(revenue, 0)), 2) FROM sale ' +
        'WHERE YEAR(booked) >= 2022 GROUP BY format ORDER BY format',
    },
    wrong: [
      'SELECT format, SUM(units), ROUND(SUM(revenue), 2) FROM sale ' +
        "WHERE booked >= '2022-01-01' AND revenue IS NOT NULL GROUP BY format ORDER BY format",
      "SELECT format, SUM(units), ROUND(SUM(revenue), 2) FROM sale WHERE booked > '2022-12-31' " +
        'GROUP BY format ORDER BY format',
    ],
    tags: ['dates', 'aggregation', 'null', 'medium'],
  },
  {
    id: 'label-silent-albums',
    instruction: 'Which albums have neither a review nor a sale? Return the catalogue, in any order.',
    gold:
      'SELECT catalogue FROM album a WHERE NOT EXISTS (SELECT 1 FROM review r WHERE r.album_id = a.album_id) ' +
      'AND NOT EXISTS (SELECT 1 FROM sale s WHERE s.album_id = a.album_id)',
    wrong: [
      'SELECT catalogue FROM album a WHERE NOT EXISTS (SELECT 1 FROM review r WHERE r.album_id = a.album_id) ' +
        'OR NOT EXISTS (SELECT 1 FROM sale s WHERE s.album_id = a.album_id)',
      'SELECT a.catalogue FROM album a LEFT JOIN review r ON r.album_id = a.album_id WHERE r.review_id IS NULL',
    ],
    tags: ['subquery', 'easy'],
  },
  {
    id: 'label-between-contracts',
    instruction:
      'When an artist has several contracts, how many days lie between the end of one and the start of the next (by start ' +
      'date)? Return artist name and number of days (start minus end) for every contract with an end that is followed by ' +
      'another one of the same artist. Any order.',
    gold: {
      sqlite:
        'SELECT name, CAST(julianday(following) - julianday(ends) AS INTEGER) FROM (SELECT a.name, c.ends, ' +
        'LEAD(c.starts) OVER (PARTITION BY c.artist_id ORDER BY c.starts) AS following FROM contract c ' +
        'JOIN artist a ON a.artist_id = c.artist_id) AS pairs WHERE ends IS NOT NULL AND following IS NOT NULL',
      mysql:
        'SELECT name, DATEDIFF(following, ends) FROM (SELECT a.name, c.ends, ' +
        'LEAD(c.starts) OVER (PARTITION BY c.artist_id ORDER BY c.starts) AS following FROM contract c ' +
        'JOIN artist a ON a.artist_id = c.artist_id) AS pairs WHERE ends IS NOT NULL AND following IS NOT NULL',
    },
    wrong: [
      {
        sqlite:
          'SELECT name, CAST(julianday(following) - julianday(ends) AS INTEGER) FROM (SELECT a.name, c.ends, ' +
          'LEAD(c.starts) OVER (ORDER BY c.starts) AS following FROM contract c ' +
          'JOIN artist a ON a.artist_id = c.artist_id) AS pairs WHERE ends IS NOT NULL AND following IS NOT NULL',
        mysql:
          'SELECT name, DATEDIFF(following, ends) FROM (SELECT a.name, c.ends, ' +
          'LEAD(c.starts) OVER (ORDER BY c.starts) AS following FROM contract c ' +
          'JOIN artist a ON a.artist_id = c.artist_id) AS pairs WHERE ends IS NOT NULL AND following IS NOT NULL',
      },
      {
        sqlite:
          'SELECT a.name, CAST(julianday(c.ends) - julianday(c.starts) AS INTEGER) FROM contract c ' +
          'JOIN artist a ON a.artist_id = c.artist_id WHERE c.ends IS NOT NULL',
        mysql:
          'SELECT a.name, DATEDIFF(c.ends, c.starts) FROM contract c ' +
          'JOIN artist a ON a.artist_id = c.artist_id WHERE c.ends IS NOT NULL',
      },
    ],
    tags: ['window', 'dates', 'hard'],
  },
  {
    id: 'label-under-contract-on-a-day',
    instruction:
      'Which artists were under contract on 2018-06-15? Start and end of a contract belong to it; one without an end goes on. ' +
      'Return their names, in any order.',
    gold:
      'SELECT a.name FROM artist a JOIN contract c ON c.artist_id = a.artist_id ' +
      "WHERE c.starts <= '2018-06-15' AND (c.ends IS NULL OR c.ends >= '2018-06-15')",
    wrong: [
      'SELECT a.name FROM artist a JOIN contract c ON c.artist_id = a.artist_id ' +
        "WHERE c.starts <= '2018-06-15' AND c.ends >= '2018-06-15'",
      'SELECT a.name FROM artist a JOIN contract c ON c.artist_id = a.artist_id ' +
        "WHERE c.starts <= '2018-06-15' AND c.ends IS NULL OR c.ends >= '2018-06-15'",
    ],
    tags: ['dates', 'null', 'medium'],
  },
  {
    id: 'label-average-scores',
    instruction:
      'For each album with at least 2 reviews that give a score, return catalogue and the average score rounded to 2 ' +
      'decimals. Sort by average score, highest first, then by catalogue.',
    gold:
      'SELECT a.catalogue, ROUND(AVG(r.score), 2) FROM album a JOIN review r ON r.album_id = a.album_id ' +
      'GROUP BY a.album_id, a.catalogue HAVING COUNT(r.score) >= 2 ORDER BY AVG(r.score) DESC, a.catalogue',
    wrong: [
      'SELECT a.catalogue, ROUND(AVG(r.score), 2) FROM album a JOIN review r ON r.album_id = a.album_id ' +
        'GROUP BY a.album_id, a.catalogue HAVING COUNT(*) >= 1 ORDER BY AVG(r.score) DESC, a.catalogue',
      'SELECT a.catalogue, ROUND(AVG(r.score), 2) FROM album a JOIN review r ON r.album_id = a.album_id ' +
        'GROUP BY a.album_id, a.catalogue HAVING COUNT(r.score) >= 2 ORDER BY a.catalogue',
    ],
    tags: ['having', 'order', 'medium'],
  },
  {
    id: 'label-royalties',
    instruction:
      'An artist earns, for each sale of an album, the revenue times the royalty of the contract that was in force on the ' +
      'day booked (start and end included, no end means it goes on); sales of unknown revenue or without such a contract ' +
      'earn nothing. Return artist name and total earnings rounded to 2 decimals for artists with at least one sale that ' +
      'earned under a contract, any order.',
    gold:
      'SELECT a.name, ROUND(SUM(s.revenue * c.royalty), 2) FROM artist a JOIN contract c ON c.artist_id = a.artist_id ' +
      'JOIN album b ON b.artist_id = a.artist_id JOIN sale s ON s.album_id = b.album_id ' +
      'WHERE s.booked >= c.starts AND (c.ends IS NULL OR s.booked <= c.ends) AND s.revenue > 0 ' +
      'GROUP BY a.artist_id, a.name',
    wrong: [
      'SELECT a.name, ROUND(SUM(s.revenue * c.royalty), 2) FROM artist a JOIN contract c ON c.artist_id = a.artist_id ' +
        'JOIN album b ON b.artist_id = a.artist_id JOIN sale s ON s.album_id = b.album_id ' +
        'WHERE s.revenue > 0 GROUP BY a.artist_id, a.name',
      'SELECT a.name, ROUND(SUM(s.revenue * c.royalty), 2) FROM artist a JOIN contract c ON c.artist_id = a.artist_id ' +
        'JOIN album b ON b.artist_id = a.artist_id JOIN sale s ON s.album_id = b.album_id ' +
        'WHERE s.booked BETWEEN c.starts AND c.ends AND s.revenue > 0 GROUP BY a.artist_id, a.name',
    ],
    tags: ['join', 'dates', 'null', 'hard'],
  },
  {
    id: 'label-best-format-of-each-album',
    instruction:
      'For each album with sales of known revenue, return catalogue and the format with the highest sum of known revenue. ' +
      'There are no ties. Any order.',
    gold:
      'WITH totals AS (SELECT album_id, format, SUM(revenue) AS revenue FROM sale WHERE revenue IS NOT NULL ' +
      'GROUP BY album_id, format), ranked AS (SELECT album_id, format, ' +
      'RANK() OVER (PARTITION BY album_id ORDER BY revenue DESC) AS place FROM totals) ' +
      'SELECT a.catalogue, r.format FROM ranked r JOIN album a ON a.album_id = r.album_id WHERE r.place = 1',
    wrong: [
      'WITH totals AS (SELECT album_id, format, SUM(units) AS units FROM sale ' +
        'GROUP BY album_id, format), ranked AS (SELECT album_id, format, ' +
        'RANK() OVER (PARTITION BY album_id ORDER BY units DESC) AS place FROM totals) ' +
        'SELECT a.catalogue, r.format FROM ranked r JOIN album a ON a.album_id = r.album_id WHERE r.place = 1',
      'SELECT a.catalogue, MAX(s.format) FROM sale s JOIN album a ON a.album_id = s.album_id ' +
        'WHERE s.revenue IS NOT NULL GROUP BY a.album_id, a.catalogue',
    ],
    tags: ['cte', 'window', 'hard'],
  },
  {
    id: 'label-names-with-signs',
    instruction:
      'Return the names of the artists whose name contains an ampersand, an apostrophe or a double quote, in any order.',
    gold: "SELECT name FROM artist WHERE name LIKE '%&%' OR name LIKE '%''%' OR name LIKE '%" + `"` + "%'",
    wrong: [
      "SELECT name FROM artist WHERE name LIKE '%&%' OR name LIKE '%" + `"` + "%'",
      "SELECT name FROM artist WHERE name LIKE '%''%' AND name LIKE '%" + `"` + "%'",
    ],
    tags: ['strings', 'easy'],
  },
  {
    id: 'label-vinyl-over-time',
    instruction:
      'For each date on which vinyl sales were booked, return the date, the vinyl units of that date and the vinyl units of ' +
      'all dates up to and including it. Sort by date.',
    gold:
      "SELECT booked, SUM(units), SUM(SUM(units)) OVER (ORDER BY booked) FROM sale WHERE format = 'vinyl' " +
      'GROUP BY booked ORDER BY booked',
    wrong: [
      "SELECT booked, units, SUM(units) OVER (ORDER BY sale_id) FROM sale WHERE format = 'vinyl' ORDER BY booked, sale_id",
      "SELECT booked, SUM(units), SUM(SUM(units)) OVER () FROM sale WHERE format = 'vinyl' " +
        'GROUP BY booked ORDER BY booked',
    ],
    tags: ['window', 'aggregation', 'hard'],
  },
]);
