-- What becomes of a pack's credit and of what is owed for it when its boleto is written off.
ALTER TABLE packs ADD COLUMN on_write_off TEXT NOT NULL DEFAULT 'take_back';
