"""`kith demo`: the whole loop on an invented mailbox, over real IMAP and SMTP on this machine."""
