"""The studies: for each one a plan of runs, and the tables that are made from their cards."""
