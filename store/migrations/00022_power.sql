-- +goose Up

-- Why a system's power is what it is (hawkfish.PowerCause), what made it start, and where the task that has its turn
-- takes its power (hawkfish.PowerGoal); empty: nowhere.
ALTER TABLE systems
    ADD COLUMN power_cause text NOT NULL DEFAULT '',
    ADD COLUMN reset_cause text NOT NULL DEFAULT '',
    ADD COLUMN power_goal text NOT NULL DEFAULT '';

-- What callers see of a power on its way.
CREATE FUNCTION power_state(power text, goal text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN power = 'Off' AND goal IN ('On', 'Cycle') THEN 'PoweringOn'
    WHEN power <> 'Off' AND goal IN ('Off', 'Cycle') THEN 'PoweringOff'
    ELSE power
END;

ALTER TABLE systems ADD COLUMN power_state text NOT NULL GENERATED ALWAYS AS (power_state(power, power_goal)) STORED;
