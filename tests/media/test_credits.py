"""Rules of the printed credit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.credits import Credit, credit_line, fold

names = st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="/"), max_size=20)


def test_all_four_parts_are_joined_in_this_order():
    line = credit_line(agency="Sputnik", photographer="Ada Marsh", source="Harbour Office", distributor="Wire")
    assert line == "Sputnik / Ada Marsh / Harbour Office via Wire"


@pytest.mark.parametrize(
    ("parts", "line"),
    [
        ({}, ""),
        ({"agency": "Sputnik"}, "Sputnik"),
        ({"photographer": "Ada Marsh"}, "Ada Marsh"),
        ({"agency": "Sputnik", "source": "Harbour Office"}, "Sputnik / Harbour Office"),
        ({"photographer": "Ada Marsh", "distributor": "Wire"}, "Ada Marsh via Wire"),
        ({"source": "Harbour Office", "distributor": "Wire"}, "Harbour Office via Wire"),
        ({"agency": " ", "photographer": "\t", "source": "\n", "distributor": "Wire"}, "Wire"),
        ({"agency": "Sputnik /", "photographer": "/ Ada Marsh"}, "Sputnik / Ada Marsh"),
        ({"agency": "  Agence\n France \t Presse "}, "Agence France Presse"),
        ({"agency": "وكالة", "photographer": "共同通信"}, "وكالة / 共同通信"),
    ],
)
def test_missing_parts_leave_no_stray_separators(parts, line):
    assert credit_line(**parts) == line


def test_a_credit_without_parts_is_false_so_that_templates_can_ask():
    assert not Credit()
    assert Credit(source="Harbour Office")
    assert str(Credit(source="Harbour Office")) == "Harbour Office"


@given(names, names, names, names)
def test_no_combination_of_parts_prints_a_separator_too_many(agency, photographer, source, distributor):
    line = Credit(agency, photographer, source, distributor).line
    given_parts = [fold(part) for part in (agency, photographer, source) if fold(part)]
    assert line.count(" / ") == max(0, len(given_parts) - 1)
    assert not line.startswith(("/", " "))
    assert not line.endswith(("/", " "))
    for part in (*given_parts, fold(distributor)):
        assert part in line


@given(st.text())
def test_folding_leaves_one_line_and_is_done_once(text):
    folded = fold(text)
    assert folded == fold(folded)
    assert "  " not in folded
    assert not set("\n\r\t\0") & set(folded)


def test_folding_keeps_the_joiners_that_scripts_need():
    assert fold("می\u200cخواهم") == "می\u200cخواهم"
    assert fold("broken \ud800 text\0") == "broken text"
