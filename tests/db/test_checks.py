"""What is told of migrations before the socket opens; `test_urls.py` and `test_models.py` hold the other checks."""

from vase.db import check_migrations, make_migrations, migrate


def test_pending_migrations_are_a_warning(site):
    """What is not applied is a warning with the names, and looking does not create the database."""
    site.models("shop", "class A(Model):\n    n: Mapped[int]\n")
    make_migrations(site)
    (fault,) = check_migrations(site)
    assert (fault.level, fault.code) == ("warning", "db.W001")
    assert fault.message == "1 migration is not applied: `shop.0001_initial`"
    assert fault.hint == "run `manage.py migrate`"
    assert not site.file.exists()
    migrate(site)
    assert list(check_migrations(site)) == []


def test_a_database_that_is_none_is_a_warning(site):
    """A file that is no database is told and does not keep the application from starting."""
    site.models("shop", "class A(Model):\n    n: Mapped[int]\n")
    make_migrations(site)
    site.file.write_text("this is no database, but long enough to be taken for the header of one" * 20)
    (fault,) = check_migrations(site)
    assert (fault.level, fault.code) == ("warning", "db.E005")
    assert "file is not a database" in fault.message
