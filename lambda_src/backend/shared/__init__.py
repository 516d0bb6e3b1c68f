"""What every context needs: settings, database, identity, access, errors, logs, middlewares."""
