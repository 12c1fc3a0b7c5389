"""What is remembered. Functions of a connection, in modules by subject; no query stands outside them."""
