"""`startapp` on the command line; what it writes is tested in `tests/management/generate`."""


def test_faults_of_all_models_are_told_together(shop, manage):
    """Two wrong models are two lists of faults in one refusal; exit code 2, nothing written."""
    result = manage("startapp", "orders", "--model", "order a:int", "--model", "Line b:strng")
    assert result.returncode == 2
    assert "a model is named like a class: `Order`, not `order`" in result.stderr
    assert "field `b` has an unknown type `strng`" in result.stderr
    assert not (shop / "orders").exists()


def test_no_register_leaves_the_settings_alone(shop, manage):
    """With `--no-register` only the app's folder is written."""
    settings = (shop / "config/settings/base.py").read_text()
    result = manage("startapp", "orders", "--no-register")
    assert result.returncode == 0
    assert "edited" not in result.stdout
    assert (shop / "config/settings/base.py").read_text() == settings
    assert (shop / "orders/api.py").is_file()


def test_taken_name(manage):
    """An app is never written over another."""
    result = manage("startapp", "catalog")
    assert result.returncode == 2
    assert "app may not be named `catalog`" in result.stderr


def test_skeleton_runs(shop, manage):
    """An app without models is registered, answers, and passes its test."""
    assert manage("startapp", "blog").returncode == 0
    assert manage("check").returncode == 0
    assert "/blog/" in manage("routes").stdout
