"""What a person sees in a terminal: click's own words in Russian, problems with their lines, the tree of a school."""
