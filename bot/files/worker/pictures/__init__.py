"""Pictures in, those that the API takes out, as people see them: ``images``, by ``pixels``; a module a rare kind."""
