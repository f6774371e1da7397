"""Storage in SQLite and publication through Datasette."""
