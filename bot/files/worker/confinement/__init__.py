"""What binds a process before it opens a file of a stranger: ``confine`` in its order, ``forks`` one for each file."""
