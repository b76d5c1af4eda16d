"""The built-in commands, one file each; `vase.management._table` lists them."""
