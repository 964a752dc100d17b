-- What is looked up while billing, once all is loaded.

CREATE INDEX ON subscription (account);
CREATE INDEX ON usage_event (subscription, meter, at);
VACUUM ANALYZE;
