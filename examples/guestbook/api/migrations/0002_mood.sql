alter table entries add column mood text not null default 'fine';
