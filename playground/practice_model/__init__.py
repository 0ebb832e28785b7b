"""A practice model that speaks the Messages API on this machine: it says truthfully what it received."""
