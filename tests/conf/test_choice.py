import pytest

from vase.conf import settings_module
from vase.exceptions import ImproperlyConfigured


@pytest.mark.parametrize(
    ("environ", "module"),
    [
        ({}, "config.settings.development"),
        ({"VASE_ENV": "dev"}, "config.settings.development"),
        ({"VASE_ENV": "prod"}, "config.settings.production"),
        ({"VASE_ENV": "test"}, "config.settings.test"),
        ({"VASE_ENV": "test", "VASE_SETTINGS_MODULE": "shop.conf"}, "shop.conf"),
    ],
)
def test_the_environment_chooses_the_module(environ: dict[str, str], module: str) -> None:
    """The whole name wins over the short word, and the word over the default."""
    assert settings_module(environ) == module


def test_another_word() -> None:
    """A misspelt environment does not fall back to development."""
    with pytest.raises(ImproperlyConfigured, match="environment variable `VASE_ENV` is `prd`") as caught:
        settings_module({"VASE_ENV": "prd"})
    assert (caught.value.code, caught.value.hint) == ("conf.E007", "did you mean `prod`?")
