-- deployer:phase expand
CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL);
INSERT INTO notes (text) VALUES ('Every deploy starts with a plan');
INSERT INTO notes (text) VALUES ('The same bytes run everywhere');
