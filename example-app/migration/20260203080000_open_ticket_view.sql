-- MIGRATE UP
CREATE VIEW open_ticket AS
SELECT
  ticket.id,
  ticket.subject,
  ticket.status,
  ticket.priority,
  company.name AS company,
  customer.name AS customer,
  agent.name AS agent,
  ticket.due_at,
  (SELECT count(*)::integer FROM message WHERE message.ticket_id = ticket.id) AS messages
FROM ticket
JOIN customer ON customer.id = ticket.customer_id
JOIN company ON company.id = customer.company_id
LEFT JOIN agent ON agent.id = ticket.agent_id
WHERE ticket.status <> 'closed';

COMMENT ON VIEW open_ticket IS 'Every ticket that is not closed, with the names that a list shows';

-- MIGRATE DOWN
DROP VIEW open_ticket;
