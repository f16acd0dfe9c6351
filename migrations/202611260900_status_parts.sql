-- Which further tables hold something of this status (model/status.hpp, Part): a page of plain text asks none of them.
ALTER TABLE statuses ADD COLUMN parts smallint NOT NULL DEFAULT 0;
