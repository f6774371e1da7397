"""Everything that touches the outside: browsers, networks, files, and the command line."""
