"""How the tables came to be, step by step. Written by hand; each step is one transaction where the database can."""
