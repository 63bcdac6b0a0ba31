UPDATE ticket SET due_at = NULL
WHERE sla_policy_id IN (SELECT id FROM sla_policy WHERE name LIKE 'Standard%');

DELETE FROM sla_policy WHERE name LIKE 'Standard%';
