-- MIGRATE UP
CREATE TABLE audit_entry (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  ticket_id integer NOT NULL REFERENCES ticket ON DELETE CASCADE,
  change jsonb NOT NULL,
  changed_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX audit_entry_ticket_id_idx ON audit_entry (ticket_id);

CREATE FUNCTION audit_ticket() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO audit_entry (ticket_id, change)
  VALUES (NEW.id, jsonb_build_object('status', NEW.status, 'agent', NEW.agent_id));
  RETURN NEW;
END
$$;

CREATE TRIGGER ticket_audit
AFTER INSERT OR UPDATE OF status, agent_id ON ticket
FOR EACH ROW EXECUTE FUNCTION audit_ticket();

-- MIGRATE DOWN
DROP TRIGGER ticket_audit ON ticket;
DROP FUNCTION audit_ticket();
DROP TABLE audit_entry;
