
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
