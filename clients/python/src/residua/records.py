"""Values of Residua's topics in each of their formats."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from importlib import resources
from typing import Any

from .avro import Schema

MARK = b"\xc3\x01"
_SCHEMAS = resources.files(__package__) / "schemas"


class UnreadableRecordError(ValueError):
    """The bytes are no record that this version of the package knows."""


@cache
def _released() -> list[Schema]:
    """All released schemas, the oldest version of a record first."""
    return [Schema((_SCHEMAS / name).read_text()) for name in (_SCHEMAS / "index.txt").read_text().split()]


@cache
def newest(record: str) -> Schema:
    """The newest schema of a record such as ``Frame``."""
    return [schema for schema in _released() if schema.name == record][-1]


@cache
def _by_fingerprint() -> dict[bytes, Schema]:
    return {schema.fingerprint(): schema for schema in _released()}


def single_object(schema: Schema, value: dict[str, Any]) -> bytes:
    """A record in Avro's single-object encoding."""
    return MARK + schema.fingerprint() + schema.encode(value)


def decode(value: bytes, schema_of: Callable[[int], str] | None = None) -> dict[str, Any]:
    """The fields of a record in single-object encoding, JSON, or with the id of a schema.

    In JSON, times are texts in ISO 8601; otherwise they are ``datetime`` in UTC.

    :param schema_of: the text of the Avro schema with an id in a schema registry; needed only for ``avro-registry``
    :raises UnreadableRecordError: if the bytes are no such record
    """
    try:
        if value[:1] == b"{":
            return json.loads(value)
        if value[:2] == MARK:
            schema = _by_fingerprint().get(value[2:10])
            if schema is None:
                raise UnreadableRecordError(
                    f"no released schema has the fingerprint {value[2:10].hex()}; update residua-client"
                )
            return schema.decode(value[10:])
        if value[:1] == b"\0":
            if schema_of is None:
                raise UnreadableRecordError(
                    "the record begins with the id of a schema; give schema_of, which looks it up in the registry"
                )
            return Schema(schema_of(int.from_bytes(value[1:5], "big"))).decode(value[5:])
    except UnreadableRecordError:
        raise
    except ValueError as e:
        raise UnreadableRecordError(str(e)) from e
    raise UnreadableRecordError(f"the record begins with {value[:2].hex(' ') or 'nothing'}; expected c3 01, 00 or {{")
