import pytest

from gate.inspection.documents import differing_paths
from gate.inspection.overlap import overlap


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("GET /a", "GET /a", True),
        ("GET /a", "GET /b", False),
        ("GET /a", "POST /a", False),
        ("GET /users/me", "GET /users/{id}", True),
        ("GET /users/me", "GET /users/{id:int}", False),
        ("GET /users/7", "GET /users/{id:int}", True),
        ("GET /users/{id}", "GET /users/{name}", True),
        ("GET /users/{id}", "GET /users/{id}/books", False),
        ("GET /a/{x}/c", "GET /a/b/{y}", True),
        ("GET /a/{x}/c", "GET /a/b/d", False),
        ("GET /files/{path:path}", "GET /files/a/b", True),
        ("GET /files/{path:path}", "GET /other", False),
        ("GET /a/{x}.json", "GET /a/b", True),
        ("mount /", "GET /a/b", True),
        ("mount /a", "GET /a/b", True),
        ("mount /a", "GET /b", False),
        ("mount /a", "websocket /a/ws", True),
        ("websocket /a", "GET /a", False),
        ("websocket /a", "websocket /{x}", True),
        ("any method /a", "GET /a", True),
        ("host api.example.org", "GET /a", True),
    ],
)
def test_two_routes_meet_where_one_request_fits_both(one: str, other: str, expected: bool) -> None:
    assert overlap(one, other) is expected
    assert overlap(other, one) is expected


def test_documents_differ_by_pointer_and_never_by_value() -> None:
    one = {"a": {"x/y": 1, "z": [1, 2]}, "b": 1}
    other = {"a": {"x/y": 2, "z": [1, 3]}, "c": 1}
    assert list(differing_paths(one, other)) == ["/a/x~1y", "/a/z/1", "/b", "/c"]
    assert list(differing_paths(one, one)) == []
    assert list(differing_paths(1, 2)) == ["/"]
    assert list(differing_paths([1], [1, 2])) == ["/"]
