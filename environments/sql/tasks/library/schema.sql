
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
