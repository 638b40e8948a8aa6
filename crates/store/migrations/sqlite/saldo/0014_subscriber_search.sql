-- By what a customer is found: name, e-mail, document and access logins in small letters without accents, one to a line. The program
-- writes it with each of them, and for those who were here before at its first start.
ALTER TABLE customers ADD COLUMN search TEXT;
