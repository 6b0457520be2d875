"""What people keep beside the first revision: wages, banks, defaults, readers, search terms; verification, evidence, imports."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
ORDERED = sa.String(64).with_variant(sa.String(64, collation="C"), "postgresql")
ONE = sa.text("state <> 'departed' AND exceptional = 0")

GUARDS = {
    "sqlite": (
        "CREATE TRIGGER legacy_records_refuse_update BEFORE UPDATE ON legacy_records BEGIN SELECT RAISE(ABORT, 'LEGACY_IS_READ_ONLY'); END",
        "CREATE TRIGGER legacy_records_refuse_delete BEFORE DELETE ON legacy_records BEGIN SELECT RAISE(ABORT, 'LEGACY_IS_READ_ONLY'); END",
        "CREATE TRIGGER evidence_refuse_update BEFORE UPDATE ON evidence BEGIN SELECT RAISE(ABORT, 'EVIDENCE_IS_FINAL'); END",
        "CREATE TRIGGER evidence_refuse_delete BEFORE DELETE ON evidence BEGIN SELECT RAISE(ABORT, 'EVIDENCE_IS_FINAL'); END",
        "CREATE TRIGGER evidence_contents_refuse_update BEFORE UPDATE ON evidence_contents BEGIN SELECT RAISE(ABORT, 'EVIDENCE_IS_FINAL'); END",
        "CREATE TRIGGER evidence_contents_refuse_delete BEFORE DELETE ON evidence_contents BEGIN SELECT RAISE(ABORT, 'EVIDENCE_IS_FINAL'); END",
    ),
    "postgresql": (
        "CREATE FUNCTION refuse_legacy_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''LEGACY_IS_READ_ONLY''; END'",
        "CREATE TRIGGER legacy_records_refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON legacy_records FOR EACH STATEMENT EXECUTE FUNCTION refuse_legacy_change()",
        "CREATE FUNCTION refuse_evidence_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''EVIDENCE_IS_FINAL''; END'",
        "CREATE TRIGGER evidence_refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON evidence FOR EACH STATEMENT EXECUTE FUNCTION refuse_evidence_change()",
        "CREATE FUNCTION refuse_evidence_contents_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''EVIDENCE_IS_FINAL''; END'",
        "CREATE TRIGGER evidence_contents_refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON evidence_contents FOR EACH STATEMENT EXECUTE FUNCTION refuse_evidence_contents_change()",
    ),
}

BANKS = {
    "102": "中国工商银行",
    "103": "中国农业银行",
    "104": "中国银行",
    "105": "中国建设银行",
    "201": "国家开发银行",
    "202": "中国进出口银行",
    "203": "中国农业发展银行",
    "301": "交通银行",
    "302": "中信银行",
    "303": "中国光大银行",
    "304": "华夏银行",
    "305": "中国民生银行",
    "306": "广发银行",
    "307": "平安银行",
    "308": "招商银行",
    "309": "兴业银行",
    "310": "上海浦东发展银行",
    "313": "城市商业银行",
    "314": "农村商业银行",
    "315": "恒丰银行",
    "316": "浙商银行",
    "317": "农村合作银行",
    "318": "渤海银行",
    "319": "徽商银行",
    "320": "村镇银行",
    "401": "城市信用社",
    "402": "农村信用社",
    "403": "中国邮政储蓄银行",
    "501": "汇丰银行",
    "502": "东亚银行",
    "503": "南洋商业银行",
    "504": "恒生银行",
    "999": "其他",
}


def upgrade() -> None:
    _tables()
    for statement in GUARDS[op.get_bind().dialect.name]:
        op.execute(statement)
    banks = sa.table("banks", sa.column("code", sa.String), sa.column("name", sa.String), sa.column("active", sa.Boolean))
    op.bulk_insert(banks, [{"code": code, "name": name, "active": True} for code, name in BANKS.items()])
    op.execute("INSERT INTO regional_bases (region, valid_from, amount) VALUES ('310000', '2020-01-01', 450000)")


def _tables() -> None:
    op.create_table(
        "banks",
        sa.Column("code", sa.String(8), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_banks"),
    )
    op.create_table(
        "legacy_records",
        sa.Column("id", BIG, sa.Identity(), nullable=False),
        sa.Column("id_index", sa.LargeBinary(), nullable=False),
        sa.Column("source", sa.String(64), nullable=False),
        sa.Column("employer", sa.String(200), nullable=False),
        sa.Column("project", sa.String(200), server_default="", nullable=False),
        sa.Column("trade", sa.String(40), server_default="", nullable=False),
        sa.Column("first_day", sa.Date(), nullable=True),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_legacy_records"),
    )
    op.create_index("ix_legacy_records_id_index", "legacy_records", ["id_index"], unique=False)
    op.create_table(
        "planned_outages",
        sa.Column("id", BIG, sa.Identity(), nullable=False),
        sa.Column("begins_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("actor", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_planned_outages"),
    )
    op.create_table(
        "regional_bases",
        sa.Column("region", sa.String(6), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("region", "valid_from", name="pk_regional_bases"),
    )
    op.create_table(
        "employer_exceptions",
        sa.Column("id", BIG, sa.Identity(), nullable=False),
        sa.Column("worker_id", BIG, nullable=False),
        sa.Column("company_id", BIG, nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("actor", sa.String(64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name="fk_employer_exceptions_company_id"),
        sa.ForeignKeyConstraint(["worker_id"], ["workers.id"], name="fk_employer_exceptions_worker_id"),
        sa.PrimaryKeyConstraint("id", name="pk_employer_exceptions"),
    )
    op.create_index("ix_employer_exceptions_worker_id", "employer_exceptions", ["worker_id", "company_id"], unique=False)
    op.create_table(
        "identity_checks",
        sa.Column("id", BIG, sa.Identity(), nullable=False),
        sa.Column("worker_id", BIG, nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("cause", sa.String(32), server_default="", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("asked_by", sa.String(64), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["worker_id"], ["workers.id"], name="fk_identity_checks_worker_id"),
        sa.PrimaryKeyConstraint("id", name="pk_identity_checks"),
    )
    op.create_index("ix_identity_checks_state", "identity_checks", ["state", "next_at"], unique=False)
    op.create_index(
        "uq_identity_checks_one_waiting",
        "identity_checks",
        ["worker_id"],
        unique=True,
        postgresql_where=sa.text("state = 'waiting'"),
        sqlite_where=sa.text("state = 'waiting'"),
    )
    op.create_table(
        "office_readers",
        sa.Column("id", BIG, sa.Identity(), nullable=False),
        sa.Column("company_id", BIG, nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("sam_id", sa.String(64), server_default="", nullable=False),
        sa.Column("paired_by", sa.String(64), nullable=False),
        sa.Column("paired_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name="fk_office_readers_company_id"),
        sa.PrimaryKeyConstraint("id", name="pk_office_readers"),
        sa.UniqueConstraint("public_key", name="uq_office_readers_public_key"),
    )
    op.create_index("ix_office_readers_company_id", "office_readers", ["company_id"], unique=False)
    op.create_table(
        "reader_pairings",
        sa.Column("id", BIG, sa.Identity(), nullable=False),
        sa.Column("company_id", BIG, nullable=False),
        sa.Column("code_index", sa.LargeBinary(), nullable=False),
        sa.Column("asked_by", sa.String(64), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("redeemed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name="fk_reader_pairings_company_id"),
        sa.PrimaryKeyConstraint("id", name="pk_reader_pairings"),
        sa.UniqueConstraint("code_index", name="uq_reader_pairings_code_index"),
    )
    op.create_table(
        "wage_profiles",
        sa.Column("id", BIG, sa.Identity(), nullable=False),
        sa.Column("company_id", BIG, nullable=False),
        sa.Column("scope", sa.String(32), nullable=False),
        sa.Column("told", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name="fk_wage_profiles_company_id"),
        sa.PrimaryKeyConstraint("id", name="pk_wage_profiles"),
        sa.UniqueConstraint("company_id", "scope", name="uq_wage_profiles_company_id_scope"),
    )
    op.create_table(
        "worker_terms",
        sa.Column("term", ORDERED, nullable=False),
        sa.Column("worker_id", BIG, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["worker_id"], ["workers.id"], name="fk_worker_terms_worker_id"),
        sa.PrimaryKeyConstraint("term", "worker_id", name="pk_worker_terms"),
    )
    op.create_index("ix_worker_terms_worker_id", "worker_terms", ["worker_id", "term"], unique=False)
    op.create_table(
        "import_jobs",
        sa.Column("id", BIG, sa.Identity(), nullable=False),
        sa.Column("company_id", BIG, nullable=False),
        sa.Column("project_id", BIG, nullable=True),
        sa.Column("team_id", BIG, nullable=True),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("file_name", sa.String(200), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("code", sa.String(32), server_default="", nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("checked", sa.Integer(), nullable=False),
        sa.Column("good", sa.Integer(), nullable=False),
        sa.Column("bad", sa.Integer(), nullable=False),
        sa.Column("warned", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("skipped", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("actor", sa.String(64), nullable=False),
        sa.Column("on_behalf_of", sa.String(64), server_default="", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name="fk_import_jobs_company_id"),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_import_jobs_project_id"),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name="fk_import_jobs_team_id"),
        sa.PrimaryKeyConstraint("id", name="pk_import_jobs"),
    )
    op.create_index("ix_import_jobs_company_id", "import_jobs", ["company_id", "id"], unique=False)
    op.create_index("ix_import_jobs_state", "import_jobs", ["state"], unique=False)
    op.create_table(
        "wage_terms",
        sa.Column("employment_id", BIG, autoincrement=False, nullable=False),
        sa.Column("wage_type", sa.String(32), nullable=False),
        sa.Column("bank_code", sa.String(8), nullable=False),
        sa.Column("bank_name", sa.String(100), nullable=False),
        sa.Column("card_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("card_masked", sa.String(32), nullable=False),
        sa.Column("basic_wage", sa.BigInteger(), nullable=False),
        sa.Column("probation_wage", sa.BigInteger(), nullable=False),
        sa.Column("performance_payments", sa.Integer(), nullable=False),
        sa.Column("performance_dates", sa.String(200), server_default="", nullable=False),
        sa.Column("defaulted", sa.String(300), server_default="", nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["employment_id"], ["employments.id"], name="fk_wage_terms_employment_id"),
        sa.PrimaryKeyConstraint("employment_id", name="pk_wage_terms"),
    )
    op.create_table(
        "evidence",
        sa.Column("id", BIG, sa.Identity(), nullable=False),
        sa.Column("worker_id", BIG, nullable=False),
        sa.Column("project_id", BIG, nullable=True),
        sa.Column("assignment_id", BIG, nullable=True),
        sa.Column("company_id", BIG, nullable=True),
        sa.Column("about_on", sa.Date(), nullable=False),
        sa.Column("note", sa.String(200), nullable=False),
        sa.Column("file_name", sa.String(200), nullable=False),
        sa.Column("media_type", sa.String(100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("actor", sa.String(64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignments.id"], name="fk_evidence_assignment_id"),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name="fk_evidence_company_id"),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_evidence_project_id"),
        sa.ForeignKeyConstraint(["worker_id"], ["workers.id"], name="fk_evidence_worker_id"),
        sa.PrimaryKeyConstraint("id", name="pk_evidence"),
    )
    op.create_index("ix_evidence_assignment_id", "evidence", ["assignment_id"], unique=False)
    op.create_index("ix_evidence_project_id", "evidence", ["project_id"], unique=False)
    op.create_index("ix_evidence_worker_id", "evidence", ["worker_id"], unique=False)
    op.create_table(
        "import_files",
        sa.Column("import_id", BIG, autoincrement=False, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["import_jobs.id"], name="fk_import_files_import_id"),
        sa.PrimaryKeyConstraint("import_id", name="pk_import_files"),
    )
    op.create_table(
        "import_rows",
        sa.Column("import_id", BIG, autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("said_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("problems", sa.Text(), nullable=False),
        sa.Column("warnings", sa.Text(), nullable=False),
        sa.Column("worker_id", BIG, nullable=True),
        sa.ForeignKeyConstraint(["import_id"], ["import_jobs.id"], name="fk_import_rows_import_id"),
        sa.PrimaryKeyConstraint("import_id", "number", name="pk_import_rows"),
    )
    op.create_index("ix_import_rows_import_id_state", "import_rows", ["import_id", "state", "number"], unique=False)
    op.create_table(
        "evidence_contents",
        sa.Column("evidence_id", BIG, autoincrement=False, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["evidence_id"], ["evidence.id"], name="fk_evidence_contents_evidence_id"),
        sa.PrimaryKeyConstraint("evidence_id", name="pk_evidence_contents"),
    )
    op.add_column("employments", sa.Column("exceptional", sa.SmallInteger(), server_default="0", nullable=False))
    op.create_index("ix_employments_employer_worker", "employments", ["employer_id", "worker_id"], unique=False)
    op.create_index("ix_employments_contract_end", "employments", ["contract_end"], unique=False)
    op.drop_index("uq_employments_one_active", "employments")
    op.create_index("uq_employments_one_active", "employments", ["worker_id"], unique=True, postgresql_where=ONE, sqlite_where=ONE)
    op.create_index("ix_employments_worker_id", "employments", ["worker_id"], unique=False)
    op.add_column("workers", sa.Column("identity_cause", sa.String(32), server_default="", nullable=False))
    op.add_column("workers", sa.Column("main_trade", sa.String(8), server_default="", nullable=False))
    op.add_column("workers", sa.Column("address_sealed", sa.LargeBinary(), nullable=True))
    op.create_index("ix_workers_created_at", "workers", ["created_at"], unique=False)
    op.create_index("ix_workers_main_trade", "workers", ["main_trade", "id"], unique=False)
    op.create_index("ix_workers_identity_state", "workers", ["identity_state", "id"], unique=False)
