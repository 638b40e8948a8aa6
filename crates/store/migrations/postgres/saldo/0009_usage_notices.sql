-- How far each line's subscriber has been told of his use: of a cycle's allowance, or of the pack that he bought last. It belongs to the
-- notices' cursor and not to the views, so that making the views again tells nobody anything again.

CREATE TABLE usage_told (
    wallet_no  BIGINT NOT NULL PRIMARY KEY,
    of_pack    BIGINT NOT NULL,
    whole      BIGINT NOT NULL,
    percent    BIGINT NOT NULL,
    told_at    BIGINT
);
