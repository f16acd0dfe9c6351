-- Bodies wait for a moment only: to compress one costs more than all else about its row.
ALTER TABLE waiting_activities SET (toast_tuple_target = 8160);
