"""The database: accepted questions, and metadata of their replies. The only package that knows SQLAlchemy."""
