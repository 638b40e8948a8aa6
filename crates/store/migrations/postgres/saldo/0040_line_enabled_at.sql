-- When a line was enabled again last that had been blocked because something was overdue.
ALTER TABLE overdue_lines ADD COLUMN enabled_at BIGINT;
