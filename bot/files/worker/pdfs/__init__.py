"""PDFs in, those that the API takes out, and what their ``pages`` do not show: comments, forms, attachments."""
