"""Who is meant by “@Name”."""

import pytest

from articles.mentions import mentioned

PEOPLE = [
    (1, "Edda Editor"),
    (2, "Dario Deputy"),
    (3, "Sven Second"),
    (4, "Sven Third"),
    (5, "Ann"),
    (6, "Ann Marie Oak"),
    (7, "Ünal Ülkü"),
]


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("Please look, @Edda Editor.", [1]),
        ("please look, @edda editor", [1]),
        ("@Edda, is this right?", [1]),
        ("@Dario and @Edda and @Dario again", [2, 1]),
        ("@Sven Second has the figures", [3]),
        ("@Sven has the figures", []),  # two are called so
        ("@Ann Marie Oak knows", [6]),
        ("@Ünal ülkü", [7]),
        ("@Eddard is nobody", []),
        ("mail edda@edda.example", []),
        ("@@Edda", []),
        ("no one", []),
        ("(@Dario Deputy)", [2]),
    ],
)
def test_who_is_meant(text, people):
    assert mentioned(text, PEOPLE) == people


def test_two_who_carry_the_same_name_are_neither():
    assert mentioned("@Edda Editor", [(1, "Edda Editor"), (2, "Edda Editor")]) == []
