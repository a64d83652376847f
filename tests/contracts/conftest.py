"""The databases that the store's contract is run over."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.postgres import cluster

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[str]:
    with cluster() as url:
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.needs("postgresql"))])
def new_url(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], str]:
    """A function that returns the URL of an empty database, another one at each call."""
    if request.param == "sqlite":
        return lambda: f"sqlite:///{tmp_path}/new/store{next(_numbers)}.db"
    template: str = request.getfixturevalue("postgres_cluster")

    def create() -> str:
        import psycopg

        name = f"store{next(_numbers)}"
        with psycopg.connect(template.format(database="postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return template.format(database=name)

    return create


@pytest.fixture
def url(new_url: Callable[[], str]) -> str:
    return new_url()
