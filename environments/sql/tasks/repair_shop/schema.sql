
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
