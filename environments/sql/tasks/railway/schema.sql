
CREATE TABLE station (
  station_id INTEGER PRIMARY KEY,
  code CHAR(3) NOT NULL,
  name VARCHAR(40) NOT NULL,
  opened DATE,
  platforms INTEGER NOT NULL
);
CREATE TABLE line (
  line_id INTEGER PRIMARY KEY,
  name VARCHAR(30) NOT NULL,
  colour VARCHAR(10)
);
CREATE TABLE stop (
  line_id INTEGER NOT NULL REFERENCES line (line_id),
  seq INTEGER NOT NULL,
  station_id INTEGER NOT NULL REFERENCES station (station_id),
  km DECIMAL(5,1) NOT NULL,
  PRIMARY KEY (line_id, seq)
);
CREATE TABLE train (
  train_id INTEGER PRIMARY KEY,
  number VARCHAR(6) NOT NULL,
  line_id INTEGER NOT NULL REFERENCES line (line_id),
  seats INTEGER NOT NULL,
  built INTEGER
);
CREATE TABLE run (
  run_id INTEGER PRIMARY KEY,
  train_id INTEGER NOT NULL REFERENCES train (train_id),
  day DATE NOT NULL,
  departs CHAR(5) NOT NULL,
  delay INTEGER,
  cancelled INTEGER NOT NULL
);
CREATE TABLE ticket (
  ticket_id INTEGER PRIMARY KEY,
  run_id INTEGER NOT NULL REFERENCES run (run_id),
  from_station INTEGER NOT NULL REFERENCES station (station_id),
  to_station INTEGER NOT NULL REFERENCES station (station_id),
  class INTEGER NOT NULL,
  price DECIMAL(6,2),
  sold DATETIME NOT NULL
);
