"""What the app keeps in the database.

from vase.db import Mapped, Model, column


class Product(Model):
    name: Mapped[str] = column(max_length=120)
"""
