-- CONCURRENTLY, since agents work while it is built: runs outside a transaction.

-- MIGRATE UP
CREATE INDEX CONCURRENTLY ticket_worklist_idx ON ticket (agent_id, priority)
  WHERE status <> 'on_hold' AND status <> 'closed';

-- MIGRATE DOWN
DROP INDEX CONCURRENTLY ticket_worklist_idx;
