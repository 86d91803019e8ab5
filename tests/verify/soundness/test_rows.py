"""No wrong claim is accepted and no right one refuted: the rows of every ``rows_*`` module beside this one."""

from importlib import import_module
from pathlib import Path

import pytest

from symback.reading.files import from_dict
from symback.verify.claims import check

from .rows import WORDS

MODULES = sorted(p.stem for p in Path(__file__).parent.glob("rows_*.py"))
GROUPS = [g for m in MODULES for g in import_module(f"{__package__}.{m}").GROUPS]
ROWS = [(group, claim) for group in GROUPS for claim in group.claims]


@pytest.fixture(scope="module")
def networks():
    return {id(g): from_dict({"symbols": g.symbols, "forward": g.forward, "loss": g.loss, **g.more}) for g in GROUPS}


@pytest.mark.parametrize(("group", "claim"), ROWS, ids=lambda item: item[0][:70] if isinstance(item, tuple) else item.name)
def test_each_claim_gets_its_word(group, claim, networks):
    found = check(networks[id(group)], claim[0])
    assert found.word in WORDS[claim[1]], found.text()
    assert all(words in f"{found.condition} {' '.join(found.conditions)} {found.why}" for words in claim[2:]), found.text()
