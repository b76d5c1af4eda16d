"""The pages, from outside."""

import pytest
from vase.testing import Client

from articles.pages import blocks_of
from conftest import MakeArticle
from profiles.models import Profile


def test_home_without_articles(client: Client) -> None:
    """An empty site says how to fill it."""
    response = client.get("/")
    assert response.status_code == 200
    assert "manage.py loadsample" in response.text


def test_home_is_cut_into_pages(client: Client, make_article: MakeArticle) -> None:
    """Twelve articles stand on a page, the newest first; the pages lead to one another."""
    for number in range(14):
        make_article(f"Number {number}")
    first, second = client.get("/").text, client.get("/?page=2").text
    assert "Number 13<" in first
    assert "Number 1<" not in first
    assert 'href="/?page=2"' in first
    assert "Number 1<" in second
    assert "Number 0<" in second
    assert 'href="/?page=1"' in second
    assert client.get("/?page=3").status_code == 404
    assert client.get("/?page=x").status_code == 422


def test_home_by_tag(client: Client, make_article: MakeArticle) -> None:
    """A tag narrows the page to its articles; a tag that none has is not found."""
    make_article("With", "c++ & co")
    make_article("Without")
    page = client.get("/", params={"tag": "c++ & co"})
    assert "With<" in page.text
    assert "Without<" not in page.text
    assert "?tag=c%2B%2B%20%26%20co" in client.get("/").text
    assert client.get("/?tag=none").status_code == 404


def test_article_page(client: Client, make_article: MakeArticle) -> None:
    """An article is shown with its text, its code and its comments, everything escaped."""
    make_article("Plain", body="A <b>bold</b> claim.\n\n    if a < b:\n        pass")
    client.post("/api/articles/plain/comments", json={"comment": {"body": "<script>", "author": "ada"}})
    page = client.get("/articles/plain")
    assert page.status_code == 200
    assert "A &lt;b&gt;bold&lt;/b&gt; claim." in page.text
    assert "<pre><code>if a &lt; b:\n    pass</code></pre>" in page.text
    assert "&lt;script&gt;" in page.text
    assert "1 comment<" in page.text.replace("\n", "")
    assert client.get("/articles/none").status_code == 404


def test_author_page(client: Client, ada: Profile, make_article: MakeArticle) -> None:
    """Somebody's articles stand below what they say of themselves."""
    make_article("Mine")
    page = client.get("/authors/ada")
    assert "Writes about engines." in page.text
    assert "Mine<" in page.text
    assert client.get("/authors/nobody").status_code == 404


def test_style_sheet_and_icon_need_no_python(client: Client) -> None:
    """Static files are answered by the engine, the second time with 304."""
    calls = client.python_calls
    style = client.get("/static/site.css")
    assert style.status_code == 200
    assert client.get("/static/site.css", headers={"if-none-match": style.headers["etag"]}).status_code == 304
    assert client.get("/static/favicon.svg").headers["content-type"].startswith("image/svg+xml")
    assert client.python_calls == calls


@pytest.mark.parametrize(
    ("text", "blocks"),
    [
        ("One\nline.", [("text", "One line.")]),
        ("A:\n\n    x = 1\n      y\n\nB.", [("text", "A:"), ("code", "x = 1\n  y"), ("text", "B.")]),
        ("", []),
    ],
)
def test_blocks(text: str, blocks: list[tuple[str, str]]) -> None:
    """A text is paragraphs, and code where every line is indented by four spaces."""
    assert blocks_of(text) == blocks
