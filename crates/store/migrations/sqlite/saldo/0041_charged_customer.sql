-- Under which name a customer was charged at Stripe: deleted there and made anew, he has another, and what was charged is known by the first.
ALTER TABLE automatic_charges ADD COLUMN stripe_customer TEXT;
