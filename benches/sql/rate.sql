-- What the events of January come to: how many charges, and their sum, each rounded for itself.

WITH used AS (
    SELECT subscription, meter, sum(quantity) AS quantity
    FROM usage_event
    WHERE at >= '2026-01-01Z' AND at < '2026-02-01Z'
    GROUP BY subscription, meter
), charge AS (
    SELECT round(sum((least(quantity, ceiling) - floor) * per_unit), 2) AS amount
    FROM used JOIN tier ON price = meter AND quantity > floor
    GROUP BY subscription, meter
)
SELECT count(*), sum(amount) FROM charge;
