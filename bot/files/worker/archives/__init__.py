"""Archives in, their ``members`` out, each a file of its own: what is wrong with one costs no other."""
