-- deployer:phase expand
ALTER TABLE notes ADD COLUMN tag TEXT;
UPDATE notes SET tag = 'welcome' WHERE id = 1;
