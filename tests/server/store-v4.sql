-- A store of version 4, as newroot-server wrote it before it had principals: three VMs of a group, one of them with passwords in its job.
PRAGMA foreign_keys = OFF;
CREATE TABLE vm_group (name TEXT PRIMARY KEY, hold INTEGER NOT NULL DEFAULT 0, document TEXT NOT NULL DEFAULT '') STRICT;
CREATE TABLE vm ( id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, vm_group TEXT NOT NULL, role TEXT NOT NULL, master TEXT NOT NULL, imported INTEGER NOT NULL, mac TEXT NOT NULL UNIQUE, address TEXT NOT NULL, finals TEXT NOT NULL, token TEXT NOT NULL, token_hash TEXT NOT NULL, mode TEXT NOT NULL, parameters TEXT NOT NULL, state TEXT NOT NULL, before TEXT NOT NULL DEFAULT '', step TEXT NOT NULL DEFAULT '', item TEXT NOT NULL DEFAULT '', done INTEGER NOT NULL DEFAULT 0, total INTEGER NOT NULL DEFAULT 0, rate INTEGER NOT NULL DEFAULT 0, waiting TEXT NOT NULL DEFAULT '', error TEXT NOT NULL DEFAULT '', again_boot TEXT NOT NULL DEFAULT '', armed INTEGER NOT NULL, handed_to TEXT NOT NULL DEFAULT '', hold INTEGER NOT NULL DEFAULT 0, holding INTEGER NOT NULL DEFAULT 0, hold_step TEXT NOT NULL DEFAULT '', lease_by TEXT NOT NULL DEFAULT '', lease_until_ms INTEGER NOT NULL DEFAULT 0, anew INTEGER NOT NULL DEFAULT 0, cutover_ms INTEGER NOT NULL DEFAULT 0, cutover_wave INTEGER NOT NULL DEFAULT 0, added_ms INTEGER NOT NULL, changed_ms INTEGER NOT NULL, seen_ms INTEGER NOT NULL DEFAULT 0, version INTEGER NOT NULL) STRICT;
CREATE TABLE vm_text ( vm INTEGER PRIMARY KEY REFERENCES vm ON DELETE CASCADE, job TEXT NOT NULL, spec TEXT NOT NULL) STRICT;
CREATE UNIQUE INDEX vm_address ON vm (address) WHERE address <> '';
CREATE UNIQUE INDEX vm_token_hash ON vm (token_hash) WHERE token_hash <> '';
CREATE INDEX vm_anonymous ON vm (id) WHERE address = '' AND token_hash = '';
CREATE INDEX vm_version ON vm (version);
CREATE TABLE removed (version INTEGER NOT NULL) STRICT;
INSERT INTO removed VALUES (0);
CREATE TRIGGER vm_removed AFTER DELETE ON vm BEGIN UPDATE removed SET version = 1 + max(version, OLD.version, coalesce((SELECT max(version) FROM vm), 0)); END;
CREATE TABLE retired (mac TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
CREATE INDEX vm_in_group ON vm (vm_group) WHERE vm_group <> '';
CREATE INDEX vm_holding ON vm (vm_group) WHERE holding;
CREATE INDEX vm_ordered ON vm (vm_group, cutover_wave) WHERE cutover_ms;
CREATE TABLE boot ( id INTEGER PRIMARY KEY AUTOINCREMENT, vm INTEGER NOT NULL REFERENCES vm ON DELETE CASCADE, uuid TEXT NOT NULL, taken INTEGER NOT NULL DEFAULT 0, stored INTEGER NOT NULL DEFAULT 0, first_ms INTEGER NOT NULL, life INTEGER NOT NULL DEFAULT 0, UNIQUE (vm, uuid)) STRICT;
CREATE TABLE event ( boot INTEGER NOT NULL REFERENCES boot ON DELETE CASCADE, seq INTEGER NOT NULL, ms INTEGER NOT NULL, received_ms INTEGER NOT NULL, type TEXT NOT NULL, step TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (boot, seq)) STRICT, WITHOUT ROWID;
CREATE INDEX event_step ON event (boot, seq) WHERE type IN ('begin', 'end');
CREATE TABLE change ( id INTEGER PRIMARY KEY, vm INTEGER NOT NULL REFERENCES vm ON DELETE CASCADE, at_ms INTEGER NOT NULL, from_state TEXT NOT NULL, to_state TEXT NOT NULL, cause TEXT NOT NULL) STRICT;
CREATE INDEX change_vm ON change (vm);
CREATE TABLE refusal ( id INTEGER PRIMARY KEY, vm INTEGER NOT NULL REFERENCES vm ON DELETE CASCADE, address TEXT NOT NULL, reason TEXT NOT NULL, first_ms INTEGER NOT NULL, last_ms INTEGER NOT NULL, count INTEGER NOT NULL DEFAULT 1, UNIQUE (vm, address, reason)) STRICT;
CREATE TABLE archive ( path TEXT PRIMARY KEY, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, inode INTEGER NOT NULL, sha256 TEXT NOT NULL, facts TEXT NOT NULL DEFAULT '') STRICT;

INSERT INTO vm_group (name, hold, document) VALUES ('shop', 0, '{"newroot_migration": 1, "group": "shop"}');
INSERT INTO vm (id, name, vm_group, role, master, imported, mac, address, finals, token, token_hash, mode, parameters, state, before, armed, handed_to, added_ms, changed_ms, seen_ms, version)
VALUES
 (1, 'db1', 'shop', 'db-master', '', 1, '52:54:00:00:00:11', '', '10.80.0.11', '0123456789abcdef0123456789abcdef', '3eb1bd439947eb762998e566ccc2e099c791118b2f40579cc4f7da2b5061b7f9', 'install', '', 'configuring', 'created', 0, 'aaaaaaaa-0b0a-0908-0706-050403020100', 1700000000000, 1700000001000, 1700000002000, 7),
 (2, 'db2', 'shop', 'db-replica', 'db1', 1, '52:54:00:00:00:12', '', '10.80.0.12', '', '', 'install', '', 'complete', 'first boot', 0, 'bbbbbbbb-0b0a-0908-0706-050403020100', 1700000000000, 1700000003000, 1700000003000, 8),
 (3, 'web1', 'shop', 'app', '', 1, '52:54:00:00:00:13', '', '', '', '', 'install', '', 'needs creating', '', 1, '', 1700000000000, 1700000000000, 0, 3);
INSERT INTO vm_text (vm, job, spec) VALUES
 (1, '{"newroot": 1, "archives": [{"to": "/", "url": "https://127.0.0.1:8443/v1/archives/db1/root.tar", "sha256": "none"}], "databases": {"engine": "mariadb", "login": {"password": "of-the-login"}}}', '{}'),
 (2, '{"newroot": 1, "databases": {"engine": "mariadb", "role": "replica", "replication": {"user": "follower", "password": "of-the-replica"}}}', '{}'),
 (3, '{"newroot": 1}', '{}');
INSERT INTO boot (id, vm, uuid, taken, stored, first_ms, life) VALUES
 (1, 1, 'aaaaaaaa-0b0a-0908-0706-050403020100', 3, 3, 1700000001000, 1),
 (2, 2, 'bbbbbbbb-0b0a-0908-0706-050403020100', 1, 1, 1700000001500, 1);
INSERT INTO event (boot, seq, ms, received_ms, type, step, body) VALUES
 (1, 1, 1700000001000, 1700000001001, 'state', '', '{"type":"state","state":"configuring"}'),
 (1, 2, 1700000001100, 1700000001101, 'begin', 'unpack', '{"type":"begin","step":"unpack"}'),
 (1, 3, 1700000002000, 1700000002001, 'heartbeat', '', '{"type":"heartbeat"}'),
 (2, 1, 1700000003000, 1700000003001, 'state', '', '{"type":"state","state":"complete"}');
INSERT INTO change (vm, at_ms, from_state, to_state, cause) VALUES
 (1, 1700000000000, 'needs creating', 'needs creating', 'imported'),
 (1, 1700000001000, 'created', 'configuring', 'job handed out'),
 (1, 1700000001500, 'configuring', 'configuring', 'hold by the operator at 10.0.0.5'),
 (1, 1700000001600, 'configuring', 'configuring', 'release of the group by the operator'),
 (2, 1700000003000, 'first boot', 'complete', 'complete, event 1 of boot bbbbbbbb-0b0a-0908-0706-050403020100');
INSERT INTO refusal (vm, address, reason, first_ms, last_ms, count) VALUES (1, '10.0.0.9', 'vm.token', 1700000000500, 1700000000600, 2);
INSERT INTO archive (path, size, mtime_ns, inode, sha256) VALUES ('db1/root.tar', 5, 1, 1, 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
INSERT INTO retired (mac) VALUES ('52:54:00:00:00:99');
UPDATE removed SET version = 5;
PRAGMA user_version = 4;
