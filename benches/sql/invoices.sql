-- What is billed and what comes of it, as PostgreSQL keeps it for the bench `billing_run`, and a
-- billing run as it is done best there: a page of accounts in one transaction and one statement. All
-- of it is in its favor: ids are running numbers, nothing refers to a row by a foreign key, no seal
-- makes one invoice follow the other, and nobody's rights, certificates or credit are looked at.

CREATE TABLE account (
    id bigint PRIMARY KEY,
    name text NOT NULL,
    street text NOT NULL,
    city text NOT NULL,
    country text NOT NULL,
    next_bill_on date NOT NULL
);
CREATE TABLE subscription (id bigint PRIMARY KEY, account bigint NOT NULL, charged_until date NOT NULL);
CREATE TABLE price (id bigint PRIMARY KEY, label text NOT NULL, meter bigint, amount numeric);
CREATE TABLE tier (
    price bigint,
    place integer,
    floor numeric NOT NULL,
    ceiling numeric,
    per_unit numeric NOT NULL,
    PRIMARY KEY (price, place)
);
CREATE TABLE usage_event (
    subscription bigint NOT NULL,
    meter bigint NOT NULL,
    at timestamptz NOT NULL,
    quantity numeric NOT NULL
);
CREATE TABLE counter (name text PRIMARY KEY, last bigint NOT NULL);
INSERT INTO counter VALUES ('invoice', 0);
CREATE TABLE invoice (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    number text NOT NULL UNIQUE,
    account bigint NOT NULL,
    issued_on date NOT NULL,
    due_on date NOT NULL,
    buyer jsonb NOT NULL,
    net numeric NOT NULL,
    tax numeric NOT NULL,
    gross numeric NOT NULL
);
CREATE INDEX ON invoice (account);
CREATE INDEX ON invoice (due_on);
CREATE TABLE invoice_line (
    invoice bigint,
    place bigint,
    subscription bigint NOT NULL,
    price bigint NOT NULL,
    label text NOT NULL,
    quantity numeric NOT NULL,
    amount numeric NOT NULL,
    explanation jsonb NOT NULL,
    PRIMARY KEY (invoice, place)
);
CREATE TABLE journal_entry (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL,
    cause bigint NOT NULL
);
CREATE TABLE journal_leg (
    entry bigint NOT NULL,
    ledger text NOT NULL,
    holder bigint NOT NULL,
    amount numeric NOT NULL
);
CREATE INDEX ON journal_leg (holder, entry);
CREATE TABLE balance (
    holder bigint,
    ledger text,
    amount numeric NOT NULL,
    PRIMARY KEY (holder, ledger)
);

CREATE PROCEDURE bill_page(after bigint, upto bigint) LANGUAGE sql AS $$
WITH page AS MATERIALIZED (
    SELECT id AS account, name, street, city, country FROM account
    WHERE id > after AND id <= upto AND next_bill_on <= '2026-02-01'
), used AS MATERIALIZED (
    SELECT e.subscription, e.meter, sum(e.quantity) AS quantity, count(*) AS records
    FROM page
    JOIN subscription s ON s.account = page.account
    JOIN usage_event e ON e.subscription = s.id
    WHERE e.at >= '2026-01-01Z' AND e.at < '2026-02-01Z'
    GROUP BY e.subscription, e.meter
), charge AS MATERIALIZED (
    SELECT
        page.account, s.id AS subscription, p.id AS price, p.label, p.meter, u.records,
        CASE WHEN p.meter IS NULL THEN 1 ELSE coalesce(u.quantity, 0) END AS quantity,
        CASE WHEN p.meter IS NULL THEN p.amount ELSE coalesce(tiered.amount, 0) END * 0.9 AS exact,
        CASE WHEN p.meter IS NULL
            THEN jsonb_build_array(jsonb_build_object('tier', 0, 'units', 0, 'unit_price', 0, 'fee', p.amount))
            ELSE coalesce(tiered.parts, '[]')
        END AS parts
    FROM page
    JOIN subscription s ON s.account = page.account
    CROSS JOIN price p
    LEFT JOIN used u ON u.subscription = s.id AND u.meter = p.meter
    LEFT JOIN LATERAL (
        SELECT
            sum((least(u.quantity, t.ceiling) - t.floor) * t.per_unit) AS amount,
            jsonb_agg(jsonb_build_object(
                'tier', t.place, 'units', least(u.quantity, t.ceiling) - t.floor,
                'unit_price', t.per_unit, 'fee', 0
            ) ORDER BY t.place) AS parts
        FROM tier t WHERE t.price = p.id AND u.quantity > t.floor
    ) AS tiered ON true
), billed AS MATERIALIZED (
    SELECT
        account, sum(round(exact, 2)) AS net, round(sum(exact) * 0.2, 2) AS tax,
        row_number() OVER (ORDER BY account) AS place
    FROM charge GROUP BY account
), counted AS (
    UPDATE counter SET last = last + (SELECT count(*) FROM billed) WHERE name = 'invoice'
    RETURNING last - (SELECT count(*) FROM billed) AS before
), issued AS (
    INSERT INTO invoice (number, account, issued_on, due_on, buyer, net, tax, gross)
    SELECT
        'INV-2026-' || lpad((before + place)::text, 9, '0'), account, '2026-02-01', '2026-02-10',
        jsonb_build_object('name', name, 'street', street, 'city', city, 'country', country),
        net, tax, net + tax
    FROM billed JOIN page USING (account) CROSS JOIN counted
    ORDER BY place
    RETURNING id, account, net, tax, gross
), lines AS (
    INSERT INTO invoice_line
    SELECT
        i.id, row_number() OVER (PARTITION BY i.id ORDER BY c.price), c.subscription, c.price, c.label,
        c.quantity, round(c.exact, 2),
        jsonb_build_object(
            'rule', CASE WHEN c.meter IS NULL THEN 'flat' ELSE 'graduated' END,
            'version_from', '2026-01-01', 'counted', c.quantity, 'included', 0,
            'usage', CASE WHEN c.meter IS NOT NULL
                THEN jsonb_build_object('meter', c.meter, 'records', c.records)
            END,
            'parts', c.parts,
            'steps', jsonb_build_array(jsonb_build_object('discount', 'Partners', 'percent', 10)),
            'rounding', 'half_up', 'currency', 'EUR'
        )
    FROM charge c JOIN issued i USING (account)
), entries AS (
    INSERT INTO journal_entry (at, cause) SELECT now(), id FROM issued RETURNING id, cause
), legs AS (
    INSERT INTO journal_leg
    SELECT e.id, leg.ledger, leg.holder, leg.amount
    FROM entries e
    JOIN issued i ON i.id = e.cause
    CROSS JOIN LATERAL (VALUES
        ('receivable', i.account, i.gross), ('revenue', 0, -i.net), ('tax_payable', 0, -i.tax)
    ) AS leg (ledger, holder, amount)
), balances AS (
    INSERT INTO balance SELECT account, 'receivable', gross FROM issued
    ON CONFLICT (holder, ledger) DO UPDATE SET amount = balance.amount + excluded.amount
), marks AS (
    UPDATE subscription SET charged_until = '2026-03-01' FROM page
    WHERE subscription.account = page.account
)
UPDATE account SET next_bill_on = '2026-03-01' FROM page WHERE id = page.account
$$;

CREATE PROCEDURE bill(first bigint, last bigint, page_size bigint) LANGUAGE plpgsql AS $$
DECLARE
    done bigint := first - 1;
    next bigint;
BEGIN
    LOOP
        SELECT max(id) INTO next FROM (
            SELECT id FROM account
            WHERE id > done AND id <= last AND next_bill_on <= '2026-02-01'
            ORDER BY id LIMIT page_size
        ) AS page;
        EXIT WHEN next IS NULL;
        CALL bill_page(done, next);
        COMMIT;
        done := next;
    END LOOP;
END
$$;
