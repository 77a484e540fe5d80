"""Bring a workspace to the newest schema. One small file a step in `versions`; a test compares the sum with `tables`.

A new step: copy the newest file of `versions`, give it the next `revision`, name the one before in `down_revision`, and
write what changes in `upgrade`. There is no way down: a store is restored from a backup instead.
"""

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from csg_maps.store import casework_tables, ground_tables  # noqa: F401  (they add to the metadata)
from csg_maps.store.tables import metadata


def _scripts() -> tuple[Config, ScriptDirectory]:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config, ScriptDirectory.from_config(config)


def newest() -> str:
    """The revision that this version of the app works with."""
    return str(_scripts()[1].get_current_head())


def known() -> frozenset[str]:
    """Every revision that this version of the app knows."""
    return frozenset(script.revision for script in _scripts()[1].walk_revisions())


def current(connection: sa.Connection) -> str:
    """The revision of this workspace; "" when it has none."""
    return MigrationContext.configure(connection).get_current_revision() or ""


def upgrade(connection: sa.Connection) -> None:
    """Run the steps that are missing, inside the caller's transaction."""
    config, scripts = _scripts()

    def steps(revision: Any, _context: Any) -> Any:
        return scripts._upgrade_revs("head", revision)

    with EnvironmentContext(config, scripts, fn=steps, destination_rev="head") as environment:
        environment.configure(connection=connection, target_metadata=metadata)
        environment.run_migrations()
