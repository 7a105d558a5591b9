"""Run by Alembic: takes the connection that `archive.database` hands over and migrates within its transaction."""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
context.run_migrations()
