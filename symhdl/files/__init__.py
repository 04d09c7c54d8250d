"""Files of the user's: what is read of them, waited for and told, and single ones written whole or not at all."""
