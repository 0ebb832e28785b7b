"""The database: accepted questions, and metadata about their replies. The only package that knows SQLAlchemy."""
