"""The database: tables, transactions and every query. All SQL is here."""
