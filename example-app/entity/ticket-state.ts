/** Where a ticket stands. `on_hold` waits for somebody outside, `pending` for the customer. */
export enum TicketStatus {
  New = 'new',
  Open = 'open',
  Pending = 'pending',
  OnHold = 'on_hold',
  Closed = 'closed',
}

export enum TicketPriority {
  Low = 'low',
  Normal = 'normal',
  High = 'high',
  Urgent = 'urgent',
}
