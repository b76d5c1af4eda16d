"""The migrations of the app; `./manage.py makemigrations` writes them."""
