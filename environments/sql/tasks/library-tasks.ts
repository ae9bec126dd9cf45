import { tasksAbout } from './entry.ts';

export const LIBRARY_TASKS = tasksAbout('library', [
  {
    id: 'library-irish-authors',
    instruction:
      'List the authors whose country is Ireland: name and year of birth, sorted by year of birth, the oldest first.',
    gold: "SELECT name, born FROM author WHERE country = 'Ireland' ORDER BY born",
    wrong: [
      "SELECT name, born FROM author WHERE country = 'Ireland' ORDER BY born DESC",
      'SELECT name, born FROM author WHERE born IS NOT NULL ORDER BY born',
    ],
    tags: ['filter', 'order', 'easy'],
  },
  {
    id: 'library-price-unknown-or-high',
    instruction:
      'Return the titles of the books whose price is unknown or above 30. One column, in any order.',
    gold: 'SELECT title FROM book WHERE price IS NULL OR price > 30',
    wrong: [
      'SELECT title FROM book WHERE price = NULL OR price > 30',
      'SELECT title FROM book WHERE price IS NULL',
    ],
    tags: ['null', 'easy'],
  },
  {
    id: 'library-books-without-copies',
    instruction: 'Which books have no copy at all? Return book_id and title, in any order.',
    gold: 'SELECT b.book_id, b.title FROM book b LEFT JOIN copy c ON c.book_id = b.book_id WHERE c.copy_id IS NULL',
    wrong: [
      'SELECT b.book_id, b.title FROM book b LEFT JOIN copy c ON c.book_id = b.book_id WHERE c.state IS NULL',
      'SELECT book_id, title FROM book WHERE book_id NOT IN (SELECT copy_id FROM copy)',
    ],
    tags: ['join', 'null', 'medium'],
  },
  {
    id: 'library-shared-authorship',
    instruction:
      'For every book with more than one author, return title, author name and the place of that author in the list of ' +
      'authors (column place), one row for each author. Sort by book_id, then by place.',
    gold:
      'SELECT b.title, a.name, ba.place FROM book_author ba JOIN book b ON b.book_id = ba.book_id ' +
      'JOIN author a ON a.author_id = ba.author_id WHERE ba.book_id IN ' +
      '(SELECT book_id FROM book_author GROUP BY book_id HAVING COUNT(*) > 1) ORDER BY b.book_id, ba.place',
    wrong: [
      'SELECT b.title, a.name, ba.place FROM book_author ba JOIN book b ON b.book_id = ba.book_id ' +
        'JOIN author a ON a.author_id = ba.author_id WHERE ba.place > 1 ORDER BY b.book_id, ba.place',
      'SELECT b.title, a.name, ba.place FROM book_author ba JOIN book b ON b.book_id = ba.book_id ' +
        'JOIN author a ON a.author_id = ba.author_id WHERE ba.book_id IN ' +
        '(SELECT book_id FROM book_author GROUP BY book_id HAVING COUNT(*) > 2) ORDER BY b.book_id, ba.place',
    ],
    tags: ['join', 'subquery', 'having', 'medium'],
  },
  {
    id: 'library-loans-per-member',
    instruction:
      'How often has each member borrowed? Return member name and number of loans for all members, also those who never ' +
      'borrowed. Sort by number of loans, highest first, then by member_id, lowest first.',
    gold:
      'SELECT m.name, COUNT(l.loan_id) FROM member m LEFT JOIN loan l ON l.member_id = m.member_id ' +
      'GROUP BY m.member_id, m.name ORDER BY COUNT(l.loan_id) DESC, m.member_id',
    wrong: [
      'SELECT m.name, COUNT(*) FROM member m LEFT JOIN loan l ON l.member_id = m.member_id ' +
        'GROUP BY m.member_id, m.name ORDER BY COUNT(*) DESC, m.member_id',
      'SELECT m.name, COUNT(l.loan_id) FROM member m JOIN loan l ON l.member_id = m.member_id ' +
        'GROUP BY m.member_id, m.name ORDER BY COUNT(l.loan_id) DESC, m.member_id',
    ],
    tags: ['join', 'aggregation', 'order', 'medium'],
  },
  {
    id: 'library-days-overdue',
    instruction:
      'Take 2024-03-01 as today. For every loan that has no return date and was due before today, return loan_id and the ' +
      'number of days since its due date. Sort by loan_id.',
    gold: {
      sqlite:
        "SELECT loan_id, CAST(julianday('2024-03-01') - julianday(due) AS INTEGER) FROM loan " +
        "WHERE returned IS NULL AND due < '2024-03-01' ORDER BY loan_id",
      mysql:
        "SELECT loan_id, DATEDIFF('2024-03-01', due) FROM loan " +
        "WHERE returned IS NULL AND due < '2024-03-01' ORDER BY loan_id",
    },
    wrong: [
      {
        sqlite:
          "SELECT loan_id, CAST(julianday('2024-03-01') - julianday(taken) AS INTEGER) FROM loan " +
          "WHERE returned IS NULL AND due < '2024-03-01' ORDER BY loan_id",
        mysql:
          "SELECT loan_id, DATEDIFF('2024-03-01', taken) FROM loan " +
          "WHERE returned IS NULL AND due < '2024-03-01' ORDER BY loan_id",
      },
      {
        sqlite:
          'SELECT loan_id, CAST(julianday(returned) - julianday(due) AS INTEGER) FROM loan ' +
          'WHERE returned > due ORDER BY loan_id',
        mysql: 'SELECT loan_id, DATEDIFF(returned, due) FROM loan WHERE returned > due ORDER BY loan_id',
      },
    ],
    tags: ['dates', 'null', 'medium'],
  },
  {
    id: 'library-late-returns-by-month',
    instruction:
      'Count the loans that were returned after their due date, by month of the due date. Return the month as YYYY-MM and ' +
      'the count, only months with at least one such loan, sorted by month.',
    gold: {
      sqlite:
        "SELECT strftime('%Y-%m', due), COUNT(*) FROM loan WHERE returned > due " +
        "GROUP BY strftime('%Y-%m', due) ORDER BY 1",
      mysql:
        "SELECT DATE_FORMAT(due, '%Y-%m'), COUNT(*) FROM loan WHERE returned > due " +
        "GROUP BY DATE_FORMAT(due, '%Y-%m') ORDER BY 1",
    },
    wrong: [
      {
        sqlite:
          "SELECT strftime('%Y-%m', due), COUNT(*) FROM loan WHERE returned >= due " +
          "GROUP BY strftime('%Y-%m', due) ORDER BY 1",
        mysql:
          "SELECT DATE_FORMAT(due, '%Y-%m'), COUNT(*) FROM loan WHERE returned >= due " +
          "GROUP BY DATE_FORMAT(due, '%Y-%m') ORDER BY 1",
      },
      {
        sqlite:
          "SELECT strftime('%Y-%m', taken), COUNT(*) FROM loan WHERE returned > due " +
          "GROUP BY strftime('%Y-%m', taken) ORDER BY 1",
        mysql:
          "SELECT DATE_FORMAT(taken, '%Y-%m'), COUNT(*) FROM loan WHERE returned > due " +
          "GROUP BY DATE_FORMAT(taken, '%Y-%m') ORDER BY 1",
      },
    ],
    tags: ['dates', 'aggregation', 'medium'],
  },
  {
    id: 'library-average-price-by-genre',
    instruction:
      'For every genre with at least 3 books of known price, return the genre and the average of the known prices, rounded ' +
      'to 2 decimals. Leave out books without a genre. Sort by genre.',
    gold:
      'SELECT genre, ROUND(AVG(price), 2) FROM book WHERE genre IS NOT NULL GROUP BY genre ' +
      'HAVING COUNT(price) >= 3 ORDER BY genre',
    wrong: [
      'SELECT genre, ROUND(AVG(price), 2) FROM book WHERE genre IS NOT NULL GROUP BY genre ' +
        'HAVING COUNT(price) > 3 ORDER BY genre',
      'SELECT genre, ROUND(AVG(price), 2) FROM book WHERE genre IS NOT NULL GROUP BY genre ' +
        'HAVING AVG(price) >= 3 ORDER BY genre',
    ],
    tags: ['aggregation', 'having', 'medium'],
  },
  {
    id: 'library-most-borrowed-books',
    instruction:
      'Find the book whose copies were borrowed most often, counting every loan; if several books share the highest count, ' +
      'return all of them. Different books may have the same title. Return book_id, title and the count, in any order.',
    gold:
      'WITH counted AS (SELECT b.book_id, b.title, COUNT(*) AS loans FROM loan l JOIN copy c ON c.copy_id = l.copy_id ' +
      'JOIN book b ON b.book_id = c.book_id GROUP BY b.book_id, b.title) ' +
      'SELECT book_id, title, loans FROM counted WHERE loans = (SELECT MAX(loans) FROM counted)',
    wrong: [
      'WITH counted AS (SELECT MIN(b.book_id) AS book_id, b.title, COUNT(*) AS loans FROM loan l ' +
        'JOIN copy c ON c.copy_id = l.copy_id JOIN book b ON b.book_id = c.book_id GROUP BY b.title) ' +
        'SELECT book_id, title, loans FROM counted WHERE loans = (SELECT MAX(loans) FROM counted)',
      'SELECT b.book_id, b.title, COUNT(*) FROM loan l JOIN book b ON b.book_id = l.copy_id ' +
        'GROUP BY b.book_id, b.title ORDER BY COUNT(*) DESC, b.book_id LIMIT 1',
    ],
    tags: ['cte', 'join', 'aggregation', 'hard'],
  },
  {
    id: 'library-titles-of-several-books',
    instruction: 'Which titles belong to more than one book? Return each such title once.',
    gold: 'SELECT title FROM book GROUP BY title HAVING COUNT(*) > 1',
    wrong: [
      'SELECT b.title FROM book b JOIN copy c ON c.book_id = b.book_id GROUP BY b.title HAVING COUNT(*) > 1',
      'SELECT b.title FROM book b JOIN book o ON o.title = b.title AND o.book_id <> b.book_id',
    ],
    tags: ['having', 'easy'],
  },
  {
    id: 'library-referral-tree',
    instruction:
      'Members can be referred by another member (referred_by). Find everyone whom Nora Lind brought in, directly or ' +
      'through others. Return name and the number of steps from her (1 for those whom she referred herself), in any order.',
    gold:
      'WITH RECURSIVE tree AS (SELECT member_id, 0 AS steps FROM member WHERE name = ' +
      "'Nora Lind' UNION ALL SELECT m.member_id, t.steps + 1 FROM member m JOIN tree t ON m.referred_by = t.member_id) " +
      'SELECT m.name, t.steps FROM tree t JOIN member m ON m.member_id = t.member_id WHERE t.steps > 0',
    wrong: [
      'SELECT m.name, 1 FROM member m JOIN member n ON m.referred_by = n.member_id ' +
        "WHERE n.name = 'Nora Lind'",
      'WITH RECURSIVE tree AS (SELECT member_id, 0 AS steps FROM member WHERE name = ' +
        "'Nora Lind' UNION ALL SELECT m.member_id, t.steps + 1 FROM member m JOIN tree t ON m.referred_by = t.member_id) " +
        'SELECT m.name, t.steps FROM tree t JOIN member m ON m.member_id = t.member_id',
    ],
    tags: ['cte', 'hard'],
  },
  {
    id: 'library-first-loan-of-each-member',
    instruction:
      'For each member who has borrowed something, return the member name and the title of the book of the first loan, by ' +
      'date taken. No two loans were taken on the same day. Any order.',
    gold:
      'SELECT name, title FROM (SELECT m.name, b.title, ' +
      'ROW_NUMBER() OVER (PARTITION BY m.member_id ORDER BY l.taken) AS nth FROM loan l ' +
      'JOIN member m ON m.member_id = l.member_id JOIN copy c ON c.copy_id = l.copy_id ' +
      'JOIN book b ON b.book_id = c.book_id) AS numbered WHERE nth = 1',
    wrong: [
      'SELECT name, title FROM (SELECT m.name, b.title, ' +
        'ROW_NUMBER() OVER (PARTITION BY m.member_id ORDER BY l.taken DESC) AS nth FROM loan l ' +
        'JOIN member m ON m.member_id = l.member_id JOIN copy c ON c.copy_id = l.copy_id ' +
        'JOIN book b ON b.book_id = c.book_id) AS numbered WHERE nth = 1',
      'SELECT m.name, MIN(b.title) FROM loan l JOIN member m ON m.member_id = l.member_id ' +
        'JOIN copy c ON c.copy_id = l.copy_id JOIN book b ON b.book_id = c.book_id GROUP BY m.member_id, m.name',
    ],
    tags: ['window', 'join', 'hard'],
  },
  {
    id: 'library-running-total-of-fines',
    instruction:
      'Return fine_id, amount and the running total of the amounts up to and including that fine, by fine_id. Round the ' +
      'running total to 2 decimals and sort by fine_id.',
    gold: 'SELECT fine_id, amount, ROUND(SUM(amount) OVER (ORDER BY fine_id), 2) FROM fine ORDER BY fine_id',
    wrong: [
      'SELECT fine_id, amount, ROUND(SUM(amount) OVER (), 2) FROM fine ORDER BY fine_id',
      'SELECT fine_id, amount, ROUND(SUM(amount) OVER (ORDER BY fine_id), 2) FROM fine ORDER BY fine_id DESC',
    ],
    tags: ['window', 'order', 'medium'],
  },
  {
    id: 'library-mail-domains',
    instruction:
      'Count the members by the domain of their e-mail address (what follows the @). Return domain and count, leave out ' +
      'members without an address, and sort by count, highest first, then by domain.',
    gold:
      "SELECT SUBSTR(email, INSTR(email, '@') + 1), COUNT(*) FROM member WHERE email IS NOT NULL " +
      "GROUP BY SUBSTR(email, INSTR(email, '@') + 1) ORDER BY 2 DESC, 1",
    wrong: [
      "SELECT SUBSTR(email, INSTR(email, '@') + 1), COUNT(*) FROM member " +
        "GROUP BY SUBSTR(email, INSTR(email, '@') + 1) ORDER BY 2 DESC, 1",
      "SELECT SUBSTR(email, INSTR(email, '@')), COUNT(*) FROM member WHERE email IS NOT NULL " +
        "GROUP BY SUBSTR(email, INSTR(email, '@')) ORDER BY 2 DESC, 1",
    ],
    tags: ['strings', 'aggregation', 'medium'],
  },
  {
    id: 'library-borrowers-without-fines',
    instruction:
      'Return the names of the members who have borrowed at least once and never got a fine, each once, in any order.',
    gold:
      'SELECT m.name FROM member m JOIN loan l ON l.member_id = m.member_id EXCEPT ' +
      'SELECT m.name FROM member m JOIN loan l ON l.member_id = m.member_id JOIN fine f ON f.loan_id = l.loan_id',
    wrong: [
      'SELECT name FROM member WHERE member_id NOT IN ' +
        '(SELECT l.member_id FROM loan l JOIN fine f ON f.loan_id = l.loan_id)',
      'SELECT DISTINCT m.name FROM member m JOIN loan l ON l.member_id = m.member_id ' +
        'LEFT JOIN fine f ON f.loan_id = l.loan_id WHERE f.fine_id IS NULL',
    ],
    tags: ['sets', 'join', 'medium'],
  },
  {
    id: 'library-books-by-length',
    instruction:
      "Put every book into one class: 'unknown' without a number of pages, 'short' below 150 pages, 'medium' from 150 to 350 " +
      "pages (both included), 'long' above. Return class and number of books, in any order.",
    gold:
      "SELECT CASE WHEN pages IS NULL THEN 'unknown' WHEN pages < 150 THEN 'short' WHEN pages <= 350 THEN 'medium' " +
      "ELSE 'long' END AS class, COUNT(*) FROM book GROUP BY class",
    wrong: [
      "SELECT CASE WHEN pages IS NULL THEN 'unknown' WHEN pages <= 150 THEN 'short' WHEN pages <= 350 THEN 'medium' " +
        "ELSE 'long' END AS class, COUNT(*) FROM book GROUP BY class",
      "SELECT CASE WHEN pages < 150 THEN 'short' WHEN pages <= 350 THEN 'medium' ELSE 'long' END AS class, COUNT(*) " +
        'FROM book GROUP BY class',
    ],
    tags: ['case', 'null', 'medium'],
  },
]);
