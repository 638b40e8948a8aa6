-- What was paid too much before movements of it were kept is found among the intents at each start, without looking at all of them.

CREATE INDEX intents_of_deposits ON intents (id) WHERE kind = 'deposit';
