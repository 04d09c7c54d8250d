"""What all readers share: detection of the dialect, options, errors, paths, definitions, merging."""
