"""Certificates, delegations, second factors, scopes of tokens.

Sessions are made anew (they may now be a certificate's): everybody signs in once more.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    _accounts()
    _certificates()
    _delegations()
    op.add_column("api_tokens", sa.Column("functions", sa.Text()))
    op.add_column("api_tokens", sa.Column("maker", sa.String(64), server_default="", nullable=False))
    op.add_column("api_tokens", sa.Column("last_used_at", TIME))
    op.add_column("kiosk_operators", sa.Column("role", sa.String(32), server_default="manager", nullable=False))
    _sessions()


def _accounts() -> None:
    op.add_column("accounts", sa.Column("position", sa.String(32), server_default="manager", nullable=False))
    op.add_column("accounts", sa.Column("password_is_temporary", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("accounts", sa.Column("totp_sealed", sa.LargeBinary()))
    op.add_column("accounts", sa.Column("totp_step", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("accounts", sa.Column("recovery", sa.Text(), server_default="[]", nullable=False))


def _certificates() -> None:
    op.create_table(
        "certificates",
        sa.Column("id", BIG, sa.Identity(), nullable=False),
        sa.Column("company_id", BIG, nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("serial", sa.String(64), nullable=False),
        sa.Column("issuer", sa.String(300), nullable=False),
        sa.Column("operator", sa.String(100), nullable=False),
        sa.Column("functions", sa.Text()),
        sa.Column("not_after", TIME, nullable=False),
        sa.Column("disabled_at", TIME),
        sa.Column("last_used_at", TIME),
        sa.Column("created_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name="fk_certificates_company_id"),
        sa.PrimaryKeyConstraint("id", name="pk_certificates"),
        sa.UniqueConstraint("fingerprint", name="uq_certificates_fingerprint"),
    )
    op.create_index("ix_certificates_company_id", "certificates", ["company_id"])
    op.create_table(
        "certificate_challenges",
        sa.Column("id", BIG, sa.Identity(), nullable=False),
        sa.Column("nonce_hash", sa.LargeBinary(), nullable=False),
        sa.Column("browser_hash", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_certificate_challenges"),
        sa.UniqueConstraint("nonce_hash", name="uq_certificate_challenges_nonce_hash"),
    )
    op.create_index("ix_certificate_challenges_expires_at", "certificate_challenges", ["expires_at"])


def _delegations() -> None:
    op.create_table(
        "delegations",
        sa.Column("id", BIG, sa.Identity(), nullable=False),
        sa.Column("project_id", BIG, nullable=False),
        sa.Column("company_id", BIG, nullable=False),
        sa.Column("manager_id", BIG, nullable=False),
        sa.Column("delegate_id", BIG, nullable=False),
        sa.Column("functions", sa.Text(), nullable=False),
        sa.Column("starts_at", TIME, nullable=False),
        sa.Column("ends_at", TIME),
        sa.Column("revoked_at", TIME),
        sa.Column("revoke_cause", sa.String(32), server_default="", nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_delegations_project_id"),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name="fk_delegations_company_id"),
        sa.ForeignKeyConstraint(["manager_id"], ["accounts.id"], name="fk_delegations_manager_id"),
        sa.ForeignKeyConstraint(["delegate_id"], ["accounts.id"], name="fk_delegations_delegate_id"),
        sa.PrimaryKeyConstraint("id", name="pk_delegations"),
    )
    op.create_index("ix_delegations_delegate_id", "delegations", ["delegate_id"])
    op.create_index("ix_delegations_project_id", "delegations", ["project_id"])


def _sessions() -> None:
    op.drop_table("portal_sessions")
    op.create_table(
        "portal_sessions",
        sa.Column("id", BIG, sa.Identity(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("account_id", BIG),
        sa.Column("certificate_id", BIG),
        sa.Column("password_mark", sa.LargeBinary(), nullable=False),
        sa.Column("stage", sa.String(16), server_default="in", nullable=False),
        sa.Column("agent", sa.String(200), server_default="", nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("seen_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_portal_sessions_account_id"),
        sa.ForeignKeyConstraint(["certificate_id"], ["certificates.id"], name="fk_portal_sessions_certificate_id"),
        sa.PrimaryKeyConstraint("id", name="pk_portal_sessions"),
        sa.UniqueConstraint("token_hash", name="uq_portal_sessions_token_hash"),
    )
    op.create_index("ix_portal_sessions_account_id", "portal_sessions", ["account_id"])
    op.create_index("ix_portal_sessions_certificate_id", "portal_sessions", ["certificate_id"])
