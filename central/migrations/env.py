"""Alembic's entry: run the steps on the connection that `central.migrations.migrate` opened."""

from __future__ import annotations

from alembic import context

from central.migrations import tables

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=tables(),
    compare_server_default=False,
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
