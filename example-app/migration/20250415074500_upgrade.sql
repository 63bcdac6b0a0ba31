INSERT INTO sla_policy (name, priority, first_response_minutes, resolution_minutes) VALUES
  ('Standard, low', 'low', 1440, 14400),
  ('Standard', 'normal', 480, 4320),
  ('Standard, high', 'high', 120, 1440),
  ('Standard, urgent', 'urgent', 30, 240);

UPDATE ticket
SET sla_policy_id = sla_policy.id,
    due_at = ticket.created_at + sla_policy.resolution_minutes * interval '1 minute'
FROM sla_policy
WHERE sla_policy.priority = ticket.priority AND ticket.status <> 'closed';
