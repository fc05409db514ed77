#include "store/migrations.h"

namespace artspeak::store {

namespace {

// Times are milliseconds since 1970 UTC; a seed is 64 bits as a signed number.
constexpr const char* kSteps[] = {
    R"sql(
CREATE TABLE submission (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  prompt TEXT NOT NULL,
  eccentricity INTEGER NOT NULL,
  email TEXT NOT NULL,            -- empty: no mail wanted
  subscribe INTEGER NOT NULL,
  created INTEGER NOT NULL,
  blocked INTEGER                 -- since when; NULL: visible
) STRICT;

-- An imported review has texts but no job.
CREATE TABLE text (
  submission INTEGER NOT NULL REFERENCES submission ON DELETE CASCADE,
  place INTEGER NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (submission, place)
) STRICT;

CREATE TABLE job (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  submission INTEGER NOT NULL UNIQUE REFERENCES submission ON DELETE CASCADE,
  seed INTEGER NOT NULL,
  state TEXT NOT NULL DEFAULT 'waiting'
    CHECK (state IN ('waiting', 'leased', 'done', 'dead')),
  not_before INTEGER NOT NULL DEFAULT 0,
  owner TEXT,                          -- the three of a lease
  attempt INTEGER NOT NULL DEFAULT 0,
  lease_until INTEGER,
  given_back INTEGER NOT NULL DEFAULT 0,  -- attempts that do not count
  started INTEGER,                     -- of the last lease
  finished INTEGER,                    -- NULL while waiting or leased
  fault TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX job_unfinished ON job (id) WHERE finished IS NULL;
CREATE INDEX job_measured ON job (finished) WHERE state = 'done' AND attempt = 1;

-- state: 0 waiting, 1 generating, 2 done, 3 failed, 4 blocked.
CREATE VIEW review AS
SELECT s.number, s.id, s.prompt, s.eccentricity, s.created, s.blocked,
  CASE WHEN s.blocked IS NOT NULL THEN 4
       WHEN j.id IS NULL OR j.state = 'done' THEN 2
       WHEN j.state = 'dead' THEN 3
       WHEN j.state = 'leased' THEN 1
       ELSE 0 END AS state,
  j.id AS job, j.started, j.fault
FROM submission s LEFT JOIN job j ON j.submission = s.number;

CREATE TABLE outbox (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  job INTEGER NOT NULL REFERENCES job ON DELETE CASCADE,
  kind TEXT NOT NULL,
  created INTEGER NOT NULL,
  due INTEGER NOT NULL,           -- while leased: when the lease runs out
  owner TEXT,
  attempt INTEGER NOT NULL DEFAULT 0,
  ended INTEGER,                  -- NULL until sent or suppressed
  sent INTEGER NOT NULL DEFAULT 0,
  reason TEXT NOT NULL DEFAULT '',
  UNIQUE (job, kind)
) STRICT;
CREATE INDEX outbox_due ON outbox (due) WHERE ended IS NULL;
)sql",
    R"sql(
-- What a text came from, so that it can be written again. All are NULL for an
-- imported text, and for one written before this step.
ALTER TABLE text ADD COLUMN model_hash TEXT;
ALTER TABLE text ADD COLUMN kv TEXT;
ALTER TABLE text ADD COLUMN instruction_set TEXT;
ALTER TABLE text ADD COLUMN temperature REAL;
ALTER TABLE text ADD COLUMN top_p REAL;
ALTER TABLE text ADD COLUMN max_tokens INTEGER;
ALTER TABLE text ADD COLUMN seed INTEGER;
ALTER TABLE text ADD COLUMN max_copied_words INTEGER;
ALTER TABLE text ADD COLUMN passages_hash TEXT;
)sql",
    R"sql(
-- Reviews that were offered for the gallery. state: 1 offered, 2 hung,
-- 3 declined or taken down.
CREATE TABLE gallery (
  submission INTEGER PRIMARY KEY REFERENCES submission ON DELETE CASCADE,
  state INTEGER NOT NULL CHECK (state IN (1, 2, 3)),
  since INTEGER NOT NULL
) STRICT;
CREATE INDEX gallery_wall ON gallery (state, since);
)sql",
    R"sql(
-- The key of hashes and signatures; made by whoever asks first.
CREATE TABLE secret (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  bytes BLOB NOT NULL
) STRICT;
)sql",
    R"sql(
-- What waits for the owner, what visitors reported, and who did what.
ALTER TABLE submission ADD COLUMN held INTEGER;     -- since when; NULL: not
ALTER TABLE submission ADD COLUMN cleared INTEGER;  -- by the owner: no report
                                                    -- blocks it; NULL: not
CREATE INDEX submission_held ON submission (number) WHERE held IS NOT NULL;

CREATE TABLE report (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  submission INTEGER NOT NULL REFERENCES submission ON DELETE CASCADE,
  created INTEGER NOT NULL,
  reason TEXT NOT NULL,
  note TEXT NOT NULL,
  client TEXT NOT NULL,           -- empty: not known
  blocked INTEGER NOT NULL,       -- 1: it took the review down
  settled INTEGER                 -- when the owner decided; NULL: not yet
) STRICT;
CREATE INDEX report_of ON report (submission);
CREATE INDEX report_open ON report (submission) WHERE settled IS NULL;
CREATE INDEX report_blocking ON report (created) WHERE blocked = 1;

CREATE TABLE audit (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  subject TEXT NOT NULL,          -- a review's id, which outlives the review
  note TEXT NOT NULL
) STRICT;
CREATE INDEX audit_subject ON audit (subject);

-- state: 0 waiting, 1 generating, 2 done, 3 failed, 4 blocked, 5 held.
DROP VIEW review;
CREATE VIEW review AS
SELECT s.number, s.id, s.prompt, s.eccentricity, s.created, s.blocked, s.held,
  CASE WHEN s.blocked IS NOT NULL THEN 4
       WHEN s.held IS NOT NULL THEN 5
       WHEN j.id IS NULL OR j.state = 'done' THEN 2
       WHEN j.state = 'dead' THEN 3
       WHEN j.state = 'leased' THEN 1
       ELSE 0 END AS state,
  j.id AS job, j.started, j.fault
FROM submission s LEFT JOIN job j ON j.submission = s.number;
)sql",
    R"sql(
-- The mailing list: who is on it, and who asked to be.
CREATE TABLE subscriber (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  key TEXT NOT NULL UNIQUE,       -- a hash of the address in lower case
  address TEXT NOT NULL,          -- as typed; empty once ended
  token TEXT NOT NULL UNIQUE,
  requested INTEGER NOT NULL,
  requested_wording TEXT NOT NULL,
  confirmed INTEGER,              -- NULL: not on the list
  confirmed_wording TEXT,
  ended INTEGER                   -- NULL: not unsubscribed
) STRICT;

-- What the owner wrote to the list.
CREATE TABLE news (
  number INTEGER PRIMARY KEY,
  subject TEXT NOT NULL,
  text TEXT NOT NULL,
  created INTEGER NOT NULL,
  UNIQUE (subject, text)
) STRICT;

-- A mail is about a job or to a subscriber.
CREATE TABLE new_outbox (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL,
  job INTEGER REFERENCES job ON DELETE CASCADE,
  subscriber INTEGER REFERENCES subscriber ON DELETE CASCADE,
  news INTEGER REFERENCES news ON DELETE CASCADE,
  bulk INTEGER NOT NULL DEFAULT 0,  -- 1: sent when nothing else is due
  created INTEGER NOT NULL,
  due INTEGER NOT NULL,           -- while leased: when the lease runs out
  owner TEXT,
  attempt INTEGER NOT NULL DEFAULT 0,
  ended INTEGER,                  -- NULL until sent or suppressed
  sent INTEGER NOT NULL DEFAULT 0,
  reason TEXT NOT NULL DEFAULT '',
  UNIQUE (job, kind),
  UNIQUE (news, subscriber),
  CHECK ((job IS NULL) <> (subscriber IS NULL))
) STRICT;
INSERT INTO new_outbox
  (id, kind, job, created, due, owner, attempt, ended, sent, reason)
SELECT id, kind, job, created, due, owner, attempt, ended, sent, reason
FROM outbox;
DROP TABLE outbox;
ALTER TABLE new_outbox RENAME TO outbox;
CREATE INDEX outbox_due ON outbox (bulk, due, id) WHERE ended IS NULL;
CREATE INDEX outbox_subscriber ON outbox (subscriber)
  WHERE subscriber IS NOT NULL;
)sql",
    R"sql(
-- Who submitted within the last hour; older rows are deleted by newer ones.
-- client and prompt are keyed hashes.
CREATE TABLE admission (
  id INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  client TEXT NOT NULL,           -- empty: nobody
  prompt TEXT NOT NULL
) STRICT;
CREATE INDEX admission_at ON admission (at);

-- Tickets whose proof of work was used.
CREATE TABLE spent_ticket (
  number TEXT PRIMARY KEY,
  at INTEGER NOT NULL
) STRICT;
CREATE INDEX spent_ticket_at ON spent_ticket (at);

-- Keyed hash of the network address; empty: not known, or forgotten.
ALTER TABLE submission ADD COLUMN client TEXT NOT NULL DEFAULT '';
CREATE INDEX submission_client ON submission (created) WHERE client <> '';
CREATE INDEX submission_email ON submission (number) WHERE email <> '';
)sql",
    R"sql(
-- For the housekeeper, who looks for what to forget.
CREATE INDEX report_client ON report (created) WHERE client <> '';
)sql",
    R"sql(
-- Mails of the last day to addresses that nobody verified; older rows are
-- deleted. address is a keyed hash.
CREATE TABLE promised_mail (
  id INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  address TEXT NOT NULL
) STRICT;
CREATE INDEX promised_mail_at ON promised_mail (at);
CREATE INDEX promised_mail_address ON promised_mail (address);
)sql",
};

}  // namespace

std::span<const char* const> SqliteMigrations() { return kSteps; }

}  // namespace artspeak::store
