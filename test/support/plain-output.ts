// node --test sets FORCE_COLOR for its files where its own output is a terminal, and every program that
// a test starts would inherit it.
delete process.env.FORCE_COLOR
