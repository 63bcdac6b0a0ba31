-- The mailbox is closed and its mails must be forgotten. There is no way back, so there is no downgrade.
DROP TABLE mailbox_import;
