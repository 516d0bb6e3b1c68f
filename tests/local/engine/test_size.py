"""The image's layers are measured against limits."""

import pytest

from local.engine import size
from local.errors import CannotRun, RoadError

WITHIN = {layer.holds: layer.most for layer in size.LAYERS}


def test_within_its_limits_every_layer_is_a_line() -> None:
    lines = size.check(WITHIN)
    assert [line.split(":")[0] for line in lines] == ["packages", "code", "token"]


@pytest.mark.parametrize("grown", WITHIN)
def test_a_layer_that_grew_is_named(grown: str) -> None:
    with pytest.raises(RoadError, match=rf"grown: {grown} [0-9.]+ MB, at most") as caught:
        size.check({**WITHIN, grown: WITHIN[grown] + 1})
    assert not isinstance(caught.value, CannotRun)
    assert "local/engine/size.py" in caught.value.todo
