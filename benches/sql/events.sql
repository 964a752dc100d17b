-- Usage events and tiers, as PostgreSQL keeps them for the bench `rating`.

CREATE TABLE usage_event (
    subscription bigint NOT NULL,
    meter bigint NOT NULL,
    at timestamptz NOT NULL,
    quantity numeric NOT NULL,
    source text,
    event_id text,
    PRIMARY KEY (source, event_id)
);
CREATE TABLE price (id bigint PRIMARY KEY, label text NOT NULL, meter bigint, amount numeric);
CREATE TABLE tier (
    price bigint,
    place integer,
    floor numeric NOT NULL,
    ceiling numeric,
    per_unit numeric NOT NULL,
    PRIMARY KEY (price, place)
);
