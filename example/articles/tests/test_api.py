"""The API of articles, comments and tags, from outside."""

from typing import Any

import pytest
from sqlalchemy import func
from vase.db import Session, select
from vase.testing import Client

from articles.models import Article, ArticleTag, Comment
from conftest import MakeArticle
from profiles.models import Profile


def new_article(**changes: Any) -> dict[str, Any]:
    """Return the body of a request that creates an article."""
    fields = {"title": "On Engines", "description": "Short.", "body": "Long.", "tagList": ["Steam"], "author": "ada"}
    return {"article": fields | changes}


def titles(response: Any) -> list[str]:
    """Return the titles of a list."""
    return [article["title"] for article in response.json()["articles"]]


def test_list_is_newest_first_and_has_no_bodies(client: Client, make_article: MakeArticle) -> None:
    """A list has the newest article first, counts all of them, and leaves their texts out."""
    make_article("Older", "a", "b")
    make_article("Newer")
    response = client.get("/api/articles")
    assert response.status_code == 200
    assert titles(response) == ["Newer", "Older"]
    assert response.json()["articlesCount"] == 2
    assert response.json()["articles"][1] == {
        "slug": "older",
        "title": "Older",
        "description": "About Older.",
        "tagList": ["a", "b"],
        "createdAt": "2025-01-02T00:00:00Z",
        "updatedAt": response.json()["articles"][1]["updatedAt"],
        "author": {"username": "ada", "bio": "Writes about engines.", "image": None},
    }


def test_list_by_tag_and_author(client: Client, db: Session, make_article: MakeArticle) -> None:
    """Tag and author narrow the list, and its count with it."""
    bob = Profile(username="bob", bio="", image=None)
    db.add(bob)
    db.commit()
    make_article("One", "x")
    make_article("Two", "x", "y", author=bob)
    make_article("Three", author=bob)
    assert titles(client.get("/api/articles?tag=x")) == ["Two", "One"]
    assert titles(client.get("/api/articles?author=bob")) == ["Three", "Two"]
    assert titles(client.get("/api/articles?author=bob&tag=x")) == ["Two"]
    assert client.get("/api/articles?tag=nothing").json() == {"articles": [], "articlesCount": 0}


def test_limit_and_offset(client: Client, make_article: MakeArticle) -> None:
    """Limit and offset cut a page out; the count stays that of all."""
    for number in range(5):
        make_article(f"Number {number}")
    response = client.get("/api/articles?limit=2&offset=1")
    assert titles(response) == ["Number 3", "Number 2"]
    assert response.json()["articlesCount"] == 5


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ("limit=0", "query.limit"),
        ("limit=101", "query.limit"),
        ("offset=-1", "query.offset"),
        ("limit=x", "query.limit"),
    ],
)
def test_bad_limits_are_named(client: Client, query: str, path: str) -> None:
    """A limit or offset outside its bounds is 422, and the fault names the parameter."""
    response = client.get(f"/api/articles?{query}")
    assert response.status_code == 422
    assert [fault["path"] for fault in response.json()["errors"]] == [path]


def test_create_and_retrieve(client: Client, ada: Profile) -> None:
    """A created article is found under the slug made of its title, tags in lower case, each once."""
    response = client.post(
        "/api/articles", json=new_article(title="  Café & Crème ", tagList=["Steam", "steam ", "art"])
    )
    assert response.status_code == 201
    made = response.json()["article"]
    assert made["slug"] == "cafe-creme"
    assert made["title"] == "Café & Crème"
    assert made["tagList"] in (["art", "steam"], ["steam", "art"])
    again = client.get("/api/articles/cafe-creme").json()["article"]
    assert again["body"] == "Long."
    assert again["tagList"] == ["art", "steam"]
    assert again["createdAt"] == made["createdAt"]


def test_same_title_gets_a_slug_of_its_own(client: Client, ada: Profile) -> None:
    """Articles with the same title are told apart by a number."""
    slugs = [client.post("/api/articles", json=new_article()).json()["article"]["slug"] for _ in range(3)]
    assert slugs == ["on-engines", "on-engines-2", "on-engines-3"]


def test_create_names_every_fault(client: Client) -> None:
    """A body with several faults is 422 with the path of each."""
    response = client.post("/api/articles", json={"article": {"title": "", "tagList": [""], "extra": 1}})
    assert response.status_code == 422
    assert {fault["path"] for fault in response.json()["errors"]} == {
        "body.article.title",
        "body.article.body",
        "body.article.tagList[0]",
        "body.article.author",
        "body.article.extra",
    }


def test_broken_json_is_told(client: Client) -> None:
    """A body that is no JSON is 422 and says where it breaks."""
    response = client.post("/api/articles", content=b"{nope", headers={"content-type": "application/json"})
    assert response.status_code == 422
    assert response.json()["errors"][0]["type"] == "json_invalid"


def test_unknown_author_is_refused_and_stores_nothing(client: Client, db: Session) -> None:
    """Who names an author that does not exist gets a sentence, and nothing is stored."""
    response = client.post("/api/articles", json=new_article(author="nobody"))
    assert response.status_code == 422
    assert response.json()["detail"] == "no profile has the username `nobody`"
    assert db.scalar(select(func.count()).select_from(Article)) == 0


def test_update_changes_what_is_sent(client: Client, make_article: MakeArticle) -> None:
    """What is left out stays; a new title makes a new slug, and the old one is gone."""
    make_article("Before", "old", body="Kept.")
    response = client.put("/api/articles/before", json={"article": {"title": "After", "tagList": ["new"]}})
    assert response.status_code == 200
    assert response.json()["article"]["slug"] == "after"
    article = client.get("/api/articles/after").json()["article"]
    assert (article["title"], article["body"], article["tagList"]) == ("After", "Kept.", ["new"])
    assert client.get("/api/articles/before").status_code == 404


def test_update_with_the_same_title_keeps_the_slug(client: Client, make_article: MakeArticle) -> None:
    """An article does not stand in its own way."""
    make_article("Same")
    response = client.put("/api/articles/same", json={"article": {"title": "Same", "body": "New."}})
    assert response.json()["article"]["slug"] == "same"
    response = client.put("/api/articles/same", json={"article": {"title": "same!"}})
    assert response.json()["article"]["slug"] == "same"


def test_delete_takes_comments_and_tag_links_with_it(client: Client, db: Session, make_article: MakeArticle) -> None:
    """Nothing that pointed to a deleted article is left."""
    make_article("Gone", "a")
    client.post("/api/articles/gone/comments", json={"comment": {"body": "Why?", "author": "ada"}})
    assert client.delete("/api/articles/gone").status_code == 204
    assert client.get("/api/articles/gone").status_code == 404
    for model in (Article, Comment, ArticleTag):
        assert db.scalar(select(func.count()).select_from(model)) == 0


def test_comments(client: Client, make_article: MakeArticle) -> None:
    """Comments are listed oldest first, and deleted one by one through their own article only."""
    make_article("Subject")
    make_article("Other")
    ids = []
    for body in ("First.", "Second."):
        response = client.post("/api/articles/subject/comments", json={"comment": {"body": body, "author": "ada"}})
        assert response.status_code == 201
        assert response.json()["comment"]["author"]["username"] == "ada"
        ids.append(response.json()["comment"]["id"])
    listed = client.get("/api/articles/subject/comments").json()["comments"]
    assert [comment["body"] for comment in listed] == ["First.", "Second."]
    assert client.get("/api/articles/other/comments").json() == {"comments": []}
    assert client.delete(f"/api/articles/other/comments/{ids[0]}").status_code == 404
    assert client.delete(f"/api/articles/subject/comments/{ids[0]}").status_code == 204
    assert client.delete(f"/api/articles/subject/comments/{ids[0]}").status_code == 404
    assert [one["id"] for one in client.get("/api/articles/subject/comments").json()["comments"]] == [ids[1]]


def test_comment_on_nothing(client: Client, ada: Profile) -> None:
    """An article that does not exist has no comments and takes none."""
    assert client.get("/api/articles/none/comments").status_code == 404
    response = client.post("/api/articles/none/comments", json={"comment": {"body": "Hm.", "author": "ada"}})
    assert response.status_code == 404


def test_tags_by_use(client: Client, make_article: MakeArticle) -> None:
    """Tags are listed by how many articles have them; one that none has is not listed."""
    make_article("One", "rare", "common")
    make_article("Two", "common", "unused")
    client.put("/api/articles/two", json={"article": {"tagList": ["common"]}})
    assert client.get("/api/tags").json() == {"tags": ["common", "rare"]}


def test_methods_that_are_not_listed(client: Client) -> None:
    """A path that exists answers another method with 405 and what it allows, without Python."""
    calls = client.python_calls
    response = client.delete("/api/tags")
    assert response.status_code == 405
    assert set(response.headers["allow"].split(", ")) >= {"GET", "HEAD"}
    assert client.python_calls == calls
