"""Everything that turns the books into a running hub: settings, servers, migrations, the app."""
