"""The published site: a Datasette plugin with the project's own pages and the settings that make it safe."""
