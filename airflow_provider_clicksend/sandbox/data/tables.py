"""The sandbox's database.

Times are Unix seconds (float) of the sandbox's own clock, money is whole ten-thousandths of a US dollar.
What happens later is written down at once with the time at which it shows (``visible_at``, ``due_at``): no
background job is needed, and a restart forgets nothing.
"""

from typing import Any

from sqlalchemy import JSON, Boolean, Column, Float, Index, Integer, LargeBinary, MetaData, String, Table

metadata = MetaData()


def _table(name: str, *columns: Any) -> Table:
    """Return a table whose ids are never given out twice, as the live API's are not."""
    return Table(name, metadata, *columns, sqlite_autoincrement=True)


def _text(name: str) -> "Column[str]":
    return Column(name, String, nullable=False, default="")


def _flag(name: str) -> "Column[bool]":
    return Column(name, Boolean, nullable=False, default=False)


settings = Table("settings", metadata, Column("name", String, primary_key=True), Column("value", JSON))
account = Table("account", metadata, Column("user_id", Integer, primary_key=True), Column("balance", Integer))

requests = _table(
    "requests",
    Column("id", Integer, primary_key=True),
    Column("at", Float, nullable=False),
    Column("method", String, nullable=False),
    Column("path", String, nullable=False),
    Column("query", String, nullable=False),
    Column("operation", String, nullable=False),
    Column("status", Integer),
    Column("fault", String),
)

# Every text, MMS and call that was asked for (refused ones too) and every reply.
messages = _table(
    "messages",
    Column("id", Integer, primary_key=True),
    Column("channel", String, nullable=False),
    Column("direction", String, nullable=False, default="out"),
    Column("message_id", String, nullable=False, unique=True),
    Column("accepted_at", Float, nullable=False),
    Column("visible_at", Float, nullable=False),
    Column("send_at", Float, nullable=False),
    Column("recipient", String, nullable=False),
    _text("sender"),
    _text("body"),
    _text("custom_string"),
    Column("status", String, nullable=False),
    Column("parts", Integer, nullable=False, default=0),
    Column("price", Integer, nullable=False, default=0),
    _text("country"),
    _text("carrier"),
    Column("list_id", Integer),
    Column("contact_id", Integer),
    _flag("shared_number"),
    _flag("cancelled"),
    _flag("by_others"),
    Column("details", JSON, nullable=False, default=dict),
    Column("connection_id", String),
    Column("request_id", Integer),
    Index("messages_by_time", "accepted_at"),
    Index("messages_by_recipient", "recipient"),
    Index("messages_by_reference", "custom_string"),
)

# What becomes of a message: the last one due is its status; those with ``is_receipt`` are also delivery receipts.
events = _table(
    "events",
    Column("id", Integer, primary_key=True),
    Column("message_id", String, nullable=False, index=True),
    Column("channel", String, nullable=False),
    Column("due_at", Float, nullable=False),
    Column("status", String, nullable=False),
    Column("status_code", String),
    Column("status_text", String),
    Column("error_code", String),
    Column("error_text", String),
    _text("digits"),
    _flag("is_receipt"),
    _flag("is_read"),
)

# One row for each POLL rule that a reply met, all with the same message_id; one that is not polled when it met none.
inbound = _table(
    "inbound",
    Column("id", Integer, primary_key=True),
    Column("message_id", String, nullable=False, index=True),
    Column("at", Float, nullable=False),
    Column("sender", String, nullable=False),
    _text("recipient"),
    _text("body"),
    _text("original_body"),
    _text("original_message_id"),
    _text("custom_string"),
    _flag("is_polled"),
    _flag("is_read"),
)

# What the control API decided for a number: the fate of messages to it, or their refusal.
outcomes = Table(
    "outcomes",
    metadata,
    Column("recipient", String, primary_key=True),
    Column("outcome", String, nullable=False),
    _text("digits"),
)
refusals = Table(
    "refusals",
    metadata,
    Column("recipient", String, primary_key=True),
    Column("status", String, nullable=False),
    Column("times", Integer),
)

templates = _table("templates", Column("template_id", Integer, primary_key=True), _text("body"), _text("template_name"))
lists = _table("lists", Column("list_id", Integer, primary_key=True), _text("list_name"))

CONTACT_FIELDS = (
    "phone_number",
    "first_name",
    "last_name",
    "email",
    "fax_number",
    "organization_name",
    "custom_1",
    "custom_2",
    "custom_3",
    "custom_4",
    "address_line_1",
    "address_line_2",
    "address_city",
    "address_state",
    "address_postal_code",
    "address_country",
)
contacts = _table(
    "contacts",
    Column("contact_id", Integer, primary_key=True),
    Column("list_id", Integer, nullable=False, index=True),
    *map(_text, CONTACT_FIELDS),
    Column("date_added", Integer, nullable=False),
    Column("date_updated", Integer, nullable=False),
)
email_addresses = _table(
    "email_addresses",
    Column("email_address_id", Integer, primary_key=True),
    _text("email_address"),
    Column("verified", Integer, nullable=False, default=0),
    _text("date_added"),
)
# The three kinds of automation rules differ in fields, not in behaviour: one table, the fields as a document.
rules = _table(
    "rules",
    Column("rule_id", Integer, primary_key=True),
    Column("kind", String, nullable=False),
    Column("document", JSON, nullable=False),
)
connections = Table(
    "connections",
    metadata,
    Column("connection_id", String, primary_key=True),
    Column("status", String, nullable=False),
    Column("creation_time", String, nullable=False),
    Column("last_updated_time", String, nullable=False),
    Column("url", String, nullable=False),
    Column("app", String, nullable=False),
    Column("metadata", JSON, nullable=False, default=dict),
    Column("method", String),
)
# A table of its own: a database file of an older sandbox gets it when it is opened.
media = Table("media", metadata, Column("upload_id", Integer, primary_key=True), Column("content", LargeBinary))
uploads = _table("uploads", Column("upload_id", Integer, primary_key=True), _text("file_name"), Column("size", Integer))
