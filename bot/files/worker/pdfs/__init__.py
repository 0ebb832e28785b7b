"""Makes PDFs fit for the API, and reads what their ``pages`` do not show: comments, forms, attachments."""
