-- A script of its own: a new value can be used only after the transaction that added it.
ALTER TYPE ticket_status ADD VALUE 'on_hold' BEFORE 'closed';
