"""Everything the centre keeps: the first revision.

Written out once by Alembic from the models, then read; what the models say later is a later revision's. There is no way down: a
database goes back by restoring its backup. `tests/central/test_migrations.py` holds it against the models, on both databases.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

GUARDS = {
    "sqlite": (
        "CREATE TRIGGER audit_entries_refuse_update BEFORE UPDATE ON audit_entries BEGIN SELECT RAISE(ABORT, 'AUDIT_IS_APPEND_ONLY'); END",
        "CREATE TRIGGER audit_entries_refuse_delete BEFORE DELETE ON audit_entries BEGIN SELECT RAISE(ABORT, 'AUDIT_IS_APPEND_ONLY'); END",
        "INSERT INTO audit_head (id, last_id, last_hash) VALUES (1, 0, zeroblob(32))",
        "CREATE TRIGGER assignments_entry_time_is_final BEFORE UPDATE OF entry_time ON assignments "
        "WHEN OLD.entry_time IS NOT NULL AND NEW.entry_time IS NOT OLD.entry_time "
        "BEGIN SELECT RAISE(ABORT, 'ENTRY_TIME_IMMUTABLE'); END",
    ),
    "postgresql": (
        "CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''AUDIT_IS_APPEND_ONLY''; END'",
        "CREATE TRIGGER audit_entries_refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entries "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change()",
        "INSERT INTO audit_head (id, last_id, last_hash) VALUES (1, 0, decode(repeat('00', 32), 'hex'))",
        "CREATE FUNCTION refuse_entry_time_change() RETURNS trigger LANGUAGE plpgsql AS "
        "'BEGIN RAISE EXCEPTION ''ENTRY_TIME_IMMUTABLE''; END'",
        "CREATE TRIGGER assignments_entry_time_is_final BEFORE UPDATE OF entry_time ON assignments FOR EACH ROW "
        "WHEN (OLD.entry_time IS NOT NULL AND NEW.entry_time IS DISTINCT FROM OLD.entry_time) "
        "EXECUTE FUNCTION refuse_entry_time_change()",
        "CREATE TABLE passages_default PARTITION OF passages DEFAULT",
        """CREATE FUNCTION make_passage_month(wanted date) RETURNS boolean LANGUAGE plpgsql AS '
DECLARE
  first_day date = date_trunc(''month'', wanted)::date;
  part text = ''passages_'' || to_char(first_day, ''YYYY_MM'');
  low timestamptz = first_day::timestamp AT TIME ZONE ''Asia/Shanghai'';
  high timestamptz = (first_day + interval ''1 month'') AT TIME ZONE ''Asia/Shanghai'';
BEGIN
  IF to_regclass(part) IS NOT NULL THEN
    RETURN false;
  END IF;
  EXECUTE format(''CREATE TABLE %I (LIKE passages INCLUDING DEFAULTS)'', part);
  EXECUTE format(''WITH moved AS (DELETE FROM passages_default WHERE at >= %L AND at < %L RETURNING *) INSERT INTO %I SELECT * FROM moved'',
    low, high, part);
  EXECUTE format(''ALTER TABLE passages ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)'', part, low, high);
  RETURN true;
END'""",
    ),
}


def upgrade() -> None:
    _tables()
    for statement in GUARDS[op.get_bind().dialect.name]:
        op.execute(statement)


def _tables() -> None:
    op.create_table(
        "audit_entries",
        sa.Column("id", BIG, autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(64), nullable=False),
        sa.Column("on_behalf_of", sa.String(64), server_default="", nullable=False),
        sa.Column("action", sa.String(64), nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("told", sa.Text(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_entries"),
    )
    op.create_index("ix_audit_entries_actor", "audit_entries", ["actor"], unique=False)
    op.create_index("ix_audit_entries_subject", "audit_entries", ["subject"], unique=False)
    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last_id", BIG, nullable=False),
        sa.Column("last_hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_head"),
    )
    op.create_table(
        "boot_syncs",
        sa.Column("box_id", sa.String(16), nullable=False),
        sa.Column("epoch", sa.String(64), nullable=False),
        sa.Column("boot", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("mono_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("box_id", "epoch", "boot", name="pk_boot_syncs"),
    )
    op.create_table(
        "box_events",
        sa.Column("box_id", sa.String(16), nullable=False),
        sa.Column("epoch", sa.String(64), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(1), nullable=False),
        sa.Column("packed", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("box_id", "epoch", "seq", name="pk_box_events"),
    )
    op.create_table(
        "companies",
        sa.Column("id", BIG, sa.Identity(), nullable=False),
        sa.Column("uscc", sa.String(18), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_companies"),
        sa.UniqueConstraint("uscc", name="uq_companies_uscc"),
    )
    op.create_table(
        "dropped_frames",
        sa.Column("box_id", sa.String(16), nullable=False),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("box_id", "code", name="pk_dropped_frames"),
    )
    op.create_table(
        "failed_sign_ins",
        sa.Column("id", BIG, sa.Identity(), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_failed_sign_ins"),
    )
    op.create_index("ix_failed_sign_ins_key_at", "failed_sign_ins", ["key", "at"], unique=False)
    op.create_table(
        "feed_positions",
        sa.Column("feed", sa.String(32), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("feed", name="pk_feed_positions"),
    )
    op.create_table(
        "incidents",
        sa.Column("id", BIG, sa.Identity(), nullable=False),
        sa.Column("box_id", sa.String(16), nullable=False),
        sa.Column("epoch", sa.String(64), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("detail", sa.String(2000), nullable=False),
        sa.Column("raised_by", sa.String(8), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_incidents"),
        sa.UniqueConstraint("box_id", "epoch", "seq", "code", name="uq_incidents_box_id_epoch_seq_code"),
    )
    op.create_index("ix_incidents_at", "incidents", ["at"], unique=False)
    op.create_table(
        "passages",
        sa.Column("box_id", sa.String(16), nullable=False),
        sa.Column("epoch", sa.String(64), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("boot", sa.BigInteger(), nullable=False),
        sa.Column("mono_ms", sa.BigInteger(), nullable=False),
        sa.Column("project_id", BIG, nullable=False),
        sa.Column("assignment_id", BIG, nullable=True),
        sa.Column("worker_id", BIG, nullable=True),
        sa.Column("employer_id", BIG, nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("at_reported", sa.DateTime(timezone=True), nullable=False),
        sa.Column("clock", sa.String(8), nullable=False),
        sa.Column("direction", sa.String(2), nullable=False),
        sa.Column("method", sa.String(3), nullable=False),
        sa.Column("lane", sa.String(128), nullable=False),
        sa.Column("roster_version", sa.BigInteger(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("offline", sa.Boolean(), nullable=False),
        sa.Column("stale_roster", sa.Boolean(), nullable=False),
        sa.Column("duplicate", sa.Boolean(), nullable=False),
        sa.Column("judged", sa.String(32), nullable=False),
        sa.Column("counted", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("operator", sa.String(128), server_default="", nullable=False),
        sa.Column("why", sa.String(128), server_default="", nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("box_id", "epoch", "seq", "at", name="pk_passages"),
        postgresql_partition_by="RANGE (at)",
    )
    op.create_index("ix_passages_position", "passages", ["position"], unique=False)
    op.create_index("ix_passages_assignment_id_at", "passages", ["assignment_id", "at"], unique=False)
    op.create_index("ix_passages_employer_id_position", "passages", ["employer_id", "position"], unique=False)
    op.create_index("ix_passages_project_id_position", "passages", ["project_id", "position"], unique=False)
    op.create_table(
        "projects",
        sa.Column("id", BIG, sa.Identity(), nullable=False),
        sa.Column("reg_no", sa.String(64), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("completion_planned", sa.Date(), nullable=True),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("contact", sa.String(200), server_default="", nullable=False),
        sa.Column("card_key_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("roster_version", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_projects"),
        sa.UniqueConstraint("reg_no", name="uq_projects_reg_no"),
    )
    op.create_table(
        "quarantined_events",
        sa.Column("id", BIG, sa.Identity(), nullable=False),
        sa.Column("box_id", sa.String(16), nullable=False),
        sa.Column("epoch", sa.String(64), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("detail", sa.String(300), nullable=False),
        sa.Column("packed", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_quarantined_events"),
        sa.UniqueConstraint("box_id", "epoch", "seq", "hash", name="uq_quarantined_events_box_id_epoch_seq_hash"),
    )
    op.create_table(
        "refusals",
        sa.Column("id", BIG, sa.Identity(), nullable=False),
        sa.Column("box_id", sa.String(16), nullable=False),
        sa.Column("epoch", sa.String(64), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("project_id", BIG, nullable=False),
        sa.Column("assignment_id", BIG, nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(32), nullable=False),
        sa.Column("method", sa.String(3), nullable=False),
        sa.Column("direction", sa.String(2), nullable=False),
        sa.Column("lane", sa.String(128), nullable=False),
        sa.Column("roster_version", sa.BigInteger(), nullable=False),
        sa.Column("offline", sa.Boolean(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_refusals"),
        sa.UniqueConstraint("box_id", "epoch", "seq", name="uq_refusals_box_id_epoch_seq"),
    )
    op.create_index("ix_refusals_project_id_at", "refusals", ["project_id", "at"], unique=False)
    op.create_table(
        "remembered_answers",
        sa.Column("actor", sa.String(64), nullable=False),
        sa.Column("key", sa.String(128), nullable=False),
        sa.Column("request_mac", sa.LargeBinary(), nullable=False),
        sa.Column("answer_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("actor", "key", name="pk_remembered_answers"),
    )
    op.create_index("ix_remembered_answers_at", "remembered_answers", ["at"], unique=False)
    op.create_table(
        "watermarks",
        sa.Column("box_id", sa.String(16), nullable=False),
        sa.Column("epoch", sa.String(64), nullable=False),
        sa.Column("upto", sa.BigInteger(), nullable=False),
        sa.Column("last_hash", sa.LargeBinary(), nullable=False),
        sa.Column("ahead", sa.LargeBinary(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("box_id", "epoch", name="pk_watermarks"),
    )
    op.create_table(
        "workers",
        sa.Column("id", BIG, sa.Identity(), nullable=False),
        sa.Column("id_type", sa.String(2), nullable=False),
        sa.Column("id_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("id_index", sa.LargeBinary(), nullable=False),
        sa.Column("id_masked", sa.String(32), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("sex", sa.String(1), server_default="", nullable=False),
        sa.Column("birth_date", sa.Date(), nullable=True),
        sa.Column("nation", sa.String(40), server_default="", nullable=False),
        sa.Column("identity_state", sa.String(32), nullable=False),
        sa.Column("identity_source", sa.String(16), nullable=False),
        sa.Column("life_state", sa.String(32), nullable=False),
        sa.Column("category", sa.String(32), nullable=False),
        sa.Column("phone_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("phone_masked", sa.String(32), server_default="", nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_workers"),
        sa.UniqueConstraint("id_index", name="uq_workers_id_index"),
    )
    op.create_table(
        "accounts",
        sa.Column("id", BIG, sa.Identity(), nullable=False),
        sa.Column("username", sa.String(64), nullable=False),
        sa.Column("password_hash", sa.String(200), nullable=False),
        sa.Column("display_name", sa.String(100), nullable=False),
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("company_id", BIG, nullable=True),
        sa.Column("project_id", BIG, nullable=True),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name="fk_accounts_company_id"),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_accounts_project_id"),
        sa.PrimaryKeyConstraint("id", name="pk_accounts"),
        sa.UniqueConstraint("username", name="uq_accounts_username"),
    )
    op.create_table(
        "api_tokens",
        sa.Column("id", BIG, sa.Identity(), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("company_id", BIG, nullable=True),
        sa.Column("project_id", BIG, nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name="fk_api_tokens_company_id"),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_api_tokens_project_id"),
        sa.PrimaryKeyConstraint("id", name="pk_api_tokens"),
        sa.UniqueConstraint("token_hash", name="uq_api_tokens_token_hash"),
    )
    op.create_table(
        "boxes",
        sa.Column("id", sa.String(16), nullable=False),
        sa.Column("project_id", BIG, nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("lane", sa.String(32), nullable=False),
        sa.Column("direction", sa.String(2), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("claim_hash", sa.LargeBinary(), nullable=True),
        sa.Column("claim_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("verify_key", sa.LargeBinary(), nullable=True),
        sa.Column("sealing_key", sa.LargeBinary(), nullable=True),
        sa.Column("certificate_serial", sa.String(64), server_default="", nullable=False),
        sa.Column("certificate_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("provisioned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("online", sa.Boolean(), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("complete_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("epoch", sa.String(64), server_default="", nullable=False),
        sa.Column("max_seq", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("clock", sa.String(8), server_default="", nullable=False),
        sa.Column("disk_free_pct", sa.Integer(), nullable=True),
        sa.Column("software", sa.String(64), server_default="", nullable=False),
        sa.Column("faults", sa.String(1000), server_default="", nullable=False),
        sa.Column("roster_applied", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("roster_applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_boxes_project_id"),
        sa.PrimaryKeyConstraint("id", name="pk_boxes"),
        sa.UniqueConstraint("claim_hash", name="uq_boxes_claim_hash"),
    )
    op.create_index("ix_boxes_project_id", "boxes", ["project_id", "state"], unique=False)
    op.create_table(
        "employments",
        sa.Column("id", BIG, sa.Identity(), nullable=False),
        sa.Column("worker_id", BIG, nullable=False),
        sa.Column("employer_id", BIG, nullable=False),
        sa.Column("contract_type", sa.String(32), nullable=False),
        sa.Column("contract_start", sa.Date(), nullable=False),
        sa.Column("contract_end", sa.Date(), nullable=False),
        sa.Column("employment_form", sa.String(32), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("departure_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["employer_id"], ["companies.id"], name="fk_employments_employer_id"),
        sa.ForeignKeyConstraint(["worker_id"], ["workers.id"], name="fk_employments_worker_id"),
        sa.PrimaryKeyConstraint("id", name="pk_employments"),
    )
    op.create_index("ix_employments_employer_id", "employments", ["employer_id", "state"], unique=False)
    op.create_index(
        "uq_employments_one_active",
        "employments",
        ["worker_id"],
        unique=True,
        postgresql_where=sa.text("state <> 'departed'"),
        sqlite_where=sa.text("state <> 'departed'"),
    )
    op.create_table(
        "kiosk_operators",
        sa.Column("id", BIG, sa.Identity(), nullable=False),
        sa.Column("project_id", BIG, nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("pin_hash", sa.String(200), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_kiosk_operators_project_id"),
        sa.PrimaryKeyConstraint("id", name="pk_kiosk_operators"),
    )
    op.create_index("ix_kiosk_operators_project_id", "kiosk_operators", ["project_id"], unique=False)
    op.create_table(
        "participants",
        sa.Column("id", BIG, sa.Identity(), nullable=False),
        sa.Column("project_id", BIG, nullable=False),
        sa.Column("company_id", BIG, nullable=False),
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("parent_id", BIG, nullable=True),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name="fk_participants_company_id"),
        sa.ForeignKeyConstraint(["parent_id"], ["participants.id"], name="fk_participants_parent_id"),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_participants_project_id"),
        sa.PrimaryKeyConstraint("id", name="pk_participants"),
        sa.UniqueConstraint("project_id", "company_id", "role", "parent_id", name="uq_participants_project_id_company_id_role_parent_id"),
    )
    op.create_index("ix_participants_company_id", "participants", ["company_id"], unique=False)
    op.create_index(
        "uq_participants_one_general_contractor",
        "participants",
        ["project_id"],
        unique=True,
        postgresql_where=sa.text("role = 'general_contractor'"),
        sqlite_where=sa.text("role = 'general_contractor'"),
    )
    op.create_table(
        "teams",
        sa.Column("id", BIG, sa.Identity(), nullable=False),
        sa.Column("employer_id", BIG, nullable=False),
        sa.Column("project_id", BIG, nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("leader_worker_id", BIG, nullable=True),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["employer_id"], ["companies.id"], name="fk_teams_employer_id"),
        sa.ForeignKeyConstraint(["leader_worker_id"], ["workers.id"], name="fk_teams_leader_worker_id"),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_teams_project_id"),
        sa.PrimaryKeyConstraint("id", name="pk_teams"),
    )
    op.create_index("ix_teams_project_id", "teams", ["project_id"], unique=False)
    op.create_index(
        "uq_teams_active_name",
        "teams",
        ["employer_id", "project_id", "name"],
        unique=True,
        postgresql_where=sa.text("state <> 'closed'"),
        sqlite_where=sa.text("state <> 'closed'"),
    )
    op.create_table(
        "assignments",
        sa.Column("id", BIG, sa.Identity(), nullable=False),
        sa.Column("worker_id", BIG, nullable=False),
        sa.Column("employment_id", BIG, nullable=False),
        sa.Column("employer_id", BIG, nullable=False),
        sa.Column("project_id", BIG, nullable=False),
        sa.Column("participant_id", BIG, nullable=False),
        sa.Column("team_id", BIG, nullable=True),
        sa.Column("main_trade", sa.String(8), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("person", sa.String(11), nullable=False),
        sa.Column("accepted_steps", sa.Integer(), nullable=False),
        sa.Column("waiting_for_id", BIG, nullable=True),
        sa.Column("return_reason", sa.String(200), server_default="", nullable=False),
        sa.Column("entry_time", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_cause", sa.String(32), nullable=True),
        sa.Column("face", sa.String(32), nullable=False),
        sa.Column("enrolled_engine", sa.String(64), server_default="", nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["employer_id"], ["companies.id"], name="fk_assignments_employer_id"),
        sa.ForeignKeyConstraint(["employment_id"], ["employments.id"], name="fk_assignments_employment_id"),
        sa.ForeignKeyConstraint(["participant_id"], ["participants.id"], name="fk_assignments_participant_id"),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_assignments_project_id"),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name="fk_assignments_team_id"),
        sa.ForeignKeyConstraint(["waiting_for_id"], ["participants.id"], name="fk_assignments_waiting_for_id"),
        sa.ForeignKeyConstraint(["worker_id"], ["workers.id"], name="fk_assignments_worker_id"),
        sa.PrimaryKeyConstraint("id", name="pk_assignments"),
        sa.UniqueConstraint("person", name="uq_assignments_person"),
    )
    op.create_index("ix_assignments_employer_id", "assignments", ["employer_id", "state"], unique=False)
    op.create_index("ix_assignments_employment_id", "assignments", ["employment_id"], unique=False)
    op.create_index("ix_assignments_participant_id", "assignments", ["participant_id"], unique=False)
    op.create_index("ix_assignments_project_id", "assignments", ["project_id", "state"], unique=False)
    op.create_index("ix_assignments_team_id", "assignments", ["team_id"], unique=False)
    op.create_index("ix_assignments_worker_id", "assignments", ["worker_id"], unique=False)
    op.create_index(
        "uq_assignments_one_open",
        "assignments",
        ["worker_id", "project_id"],
        unique=True,
        postgresql_where=sa.text("state NOT IN ('ended', 'withdrawn')"),
        sqlite_where=sa.text("state NOT IN ('ended', 'withdrawn')"),
    )
    op.create_table(
        "portal_sessions",
        sa.Column("id", BIG, sa.Identity(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("password_mark", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_portal_sessions_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_portal_sessions"),
        sa.UniqueConstraint("token_hash", name="uq_portal_sessions_token_hash"),
    )
    op.create_index("ix_portal_sessions_account_id", "portal_sessions", ["account_id"], unique=False)
    op.create_table(
        "acceptances",
        sa.Column("id", BIG, sa.Identity(), nullable=False),
        sa.Column("assignment_id", BIG, nullable=False),
        sa.Column("participant_id", BIG, nullable=False),
        sa.Column("actor", sa.String(64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignments.id"], name="fk_acceptances_assignment_id"),
        sa.ForeignKeyConstraint(["participant_id"], ["participants.id"], name="fk_acceptances_participant_id"),
        sa.PrimaryKeyConstraint("id", name="pk_acceptances"),
        sa.UniqueConstraint("assignment_id", "participant_id", name="uq_acceptances_assignment_id_participant_id"),
    )
    op.create_table(
        "deletions",
        sa.Column("id", BIG, sa.Identity(), nullable=False),
        sa.Column("box_id", sa.String(16), nullable=False),
        sa.Column("epoch", sa.String(64), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("assignment_id", BIG, nullable=True),
        sa.Column("person", sa.String(128), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cause", sa.String(32), nullable=False),
        sa.Column("template", sa.Boolean(), nullable=False),
        sa.Column("right", sa.Boolean(), nullable=False),
        sa.Column("roster_version", sa.BigInteger(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignments.id"], name="fk_deletions_assignment_id"),
        sa.ForeignKeyConstraint(["box_id"], ["boxes.id"], name="fk_deletions_box_id"),
        sa.PrimaryKeyConstraint("id", name="pk_deletions"),
        sa.UniqueConstraint("box_id", "epoch", "seq", name="uq_deletions_box_id_epoch_seq"),
    )
    op.create_index("ix_deletions_assignment_id", "deletions", ["assignment_id"], unique=False)
    op.create_table(
        "enrolments",
        sa.Column("id", BIG, sa.Identity(), nullable=False),
        sa.Column("box_id", sa.String(16), nullable=False),
        sa.Column("epoch", sa.String(64), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("assignment_id", BIG, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("engine", sa.String(64), nullable=False),
        sa.Column("shots", sa.Integer(), nullable=False),
        sa.Column("quality", sa.Integer(), nullable=False),
        sa.Column("text_version", sa.String(128), nullable=False),
        sa.Column("text_hash", sa.String(128), nullable=False),
        sa.Column("language", sa.String(128), nullable=False),
        sa.Column("operator", sa.String(128), nullable=False),
        sa.Column("template", sa.Boolean(), nullable=False),
        sa.Column("transfer", sa.Boolean(), nullable=False),
        sa.Column("pictures", sa.Boolean(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignments.id"], name="fk_enrolments_assignment_id"),
        sa.ForeignKeyConstraint(["box_id"], ["boxes.id"], name="fk_enrolments_box_id"),
        sa.PrimaryKeyConstraint("id", name="pk_enrolments"),
        sa.UniqueConstraint("box_id", "epoch", "seq", name="uq_enrolments_box_id_epoch_seq"),
    )
    op.create_index("ix_enrolments_assignment_id", "enrolments", ["assignment_id"], unique=False)
    op.create_table(
        "roster_changes",
        sa.Column("project_id", BIG, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("assignment_id", BIG, nullable=True),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignments.id"], name="fk_roster_changes_assignment_id"),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_roster_changes_project_id"),
        sa.PrimaryKeyConstraint("project_id", "version", name="pk_roster_changes"),
    )
    op.create_table(
        "template_copies",
        sa.Column("assignment_id", BIG, nullable=False),
        sa.Column("box_id", sa.String(16), nullable=False),
        sa.Column("engine", sa.String(64), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignments.id"], name="fk_template_copies_assignment_id"),
        sa.ForeignKeyConstraint(["box_id"], ["boxes.id"], name="fk_template_copies_box_id"),
        sa.PrimaryKeyConstraint("assignment_id", "box_id", name="pk_template_copies"),
    )
    op.create_index("ix_template_copies_box_id", "template_copies", ["box_id"], unique=False)
