"""Avro's binary encoding and the fingerprints of schemas, as far as the records of Residua need them.

Source: Apache Avro 1.12 specification, "Binary encoding", "Parsing Canonical Form", "Schema Fingerprints".
"""

from __future__ import annotations

import json
import struct
from datetime import datetime, timedelta, timezone
from typing import Any

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_PRIMITIVES = {"null", "boolean", "int", "long", "float", "double", "bytes", "string"}
_EMPTY = 0xC15D213AA4D7A795


def _table() -> list[int]:
    table = []
    for i in range(256):
        fingerprint = i
        for _ in range(8):
            fingerprint = (fingerprint >> 1) ^ (_EMPTY if fingerprint & 1 else 0)
        table.append(fingerprint)
    return table


_TABLE = _table()


class Schema:
    """One Avro schema: encodes and decodes its records.

    Values are dictionaries, lists, texts, numbers, bytes and times (``datetime`` in UTC).
    """

    def __init__(self, text: str) -> None:
        self._schema = json.loads(text)
        self._named: dict[str, Any] = {}
        self._collect(self._schema, "")
        self.name: str = self._schema["name"]

    def fingerprint(self) -> bytes:
        """The CRC-64-AVRO of the canonical form, little endian."""
        fingerprint = _EMPTY
        for byte in self._canonical(self._schema, "", set()).encode():
            fingerprint = (fingerprint >> 8) ^ _TABLE[(fingerprint ^ byte) & 0xFF]
        return fingerprint.to_bytes(8, "little")

    def encode(self, value: Any) -> bytes:
        """The value in Avro's binary encoding."""
        out = bytearray()
        self._write(self._schema, value, out)
        return bytes(out)

    def decode(self, data: bytes) -> Any:
        """The value of bytes in Avro's binary encoding; raises ``ValueError`` if they are none."""
        reader = _Reader(data)
        try:
            value = self._read(self._schema, reader)
        except (IndexError, KeyError, struct.error, UnicodeDecodeError, OverflowError) as e:
            raise ValueError(f"{len(data)} bytes are not a {self.name} record: {e}") from e
        if reader.at != len(data):
            raise ValueError(f"{len(data) - reader.at} bytes follow the {self.name} record")
        return value

    def _collect(self, schema: Any, namespace: str) -> None:
        if isinstance(schema, list):
            for each in schema:
                self._collect(each, namespace)
        elif isinstance(schema, dict):
            kind = schema["type"]
            if kind in ("record", "enum"):
                namespace = schema.get("namespace", namespace)
                self._named[_full_name(schema["name"], namespace)] = schema
                schema["_namespace"] = namespace
            for field in schema.get("fields", ()):
                self._collect(field["type"], namespace)
            for part in ("items", "values"):
                if part in schema:
                    self._collect(schema[part], namespace)
            if isinstance(kind, (dict, list)):
                self._collect(kind, namespace)

    def _resolve(self, schema: Any, namespace: str) -> tuple[Any, str]:
        """The schema that a name stands for, and the namespace of the names in it."""
        if isinstance(schema, str) and schema not in _PRIMITIVES:
            schema = self._named[_full_name(schema, namespace)]
        if isinstance(schema, dict):
            namespace = schema.get("_namespace", namespace)
        return schema, namespace

    def _canonical(self, schema: Any, namespace: str, seen: set[str]) -> str:
        if isinstance(schema, list):
            return "[" + ",".join(self._canonical(each, namespace, seen) for each in schema) + "]"
        if isinstance(schema, str):
            return _quoted(schema if schema in _PRIMITIVES else _full_name(schema, namespace))
        kind = schema["type"]
        if kind in ("record", "enum"):
            namespace = schema["_namespace"]
            name = _full_name(schema["name"], namespace)
            if name in seen:
                return _quoted(name)
            seen.add(name)
            start = f'{{"name":{_quoted(name)},"type":{_quoted(kind)},'
            if kind == "enum":
                return start + '"symbols":[' + ",".join(map(_quoted, schema["symbols"])) + "]}"
            fields = (
                f'{{"name":{_quoted(f["name"])},"type":{self._canonical(f["type"], namespace, seen)}}}'
                for f in schema["fields"]
            )
            return start + '"fields":[' + ",".join(fields) + "]}"
        for part in ("items", "values"):
            if part in schema:
                inner = self._canonical(schema[part], namespace, seen)
                return f'{{"type":{_quoted(kind)},"{part}":{inner}}}'
        return self._canonical(kind, namespace, seen)

    def _write(self, schema: Any, value: Any, out: bytearray, namespace: str = "") -> None:
        schema, namespace = self._resolve(schema, namespace)
        if isinstance(schema, list):
            index = next(i for i, each in enumerate(schema) if (each == "null") == (value is None))
            _write_long(index, out)
            self._write(schema[index], value, out, namespace)
            return
        kind = schema["type"] if isinstance(schema, dict) else schema
        if kind == "record":
            for field in schema["fields"]:
                self._write(field["type"], value[field["name"]], out, namespace)
        elif kind == "enum":
            _write_long(schema["symbols"].index(value), out)
        elif kind == "array":
            if value:
                _write_long(len(value), out)
                for item in value:
                    self._write(schema["items"], item, out, namespace)
            out.append(0)
        elif kind == "map":
            if value:
                _write_long(len(value), out)
                for key, item in value.items():
                    self._write("string", key, out)
                    self._write(schema["values"], item, out, namespace)
            out.append(0)
        elif kind in ("int", "long"):
            if isinstance(value, datetime):
                value = (value - EPOCH) // timedelta(microseconds=1)
            _write_long(value, out)
        elif kind == "float":
            out += struct.pack("<f", value)
        elif kind == "double":
            out += struct.pack("<d", value)
        elif kind == "boolean":
            out.append(1 if value else 0)
        elif kind in ("string", "bytes"):
            data = value.encode() if kind == "string" else value
            _write_long(len(data), out)
            out += data
        elif kind != "null":
            self._write(kind, value, out, namespace)

    def _read(self, schema: Any, data: _Reader, namespace: str = "") -> Any:
        schema, namespace = self._resolve(schema, namespace)
        if isinstance(schema, list):
            return self._read(schema[_index(data.long(), schema)], data, namespace)
        kind = schema["type"] if isinstance(schema, dict) else schema
        if kind == "record":
            return {
                field["name"]: self._read(field["type"], data, namespace)
                for field in schema["fields"]
            }
        if kind == "enum":
            return schema["symbols"][_index(data.long(), schema["symbols"])]
        if kind == "array":
            return [
                self._read(schema["items"], data, namespace)
                for count in data.blocks()
                for _ in range(count)
            ]
        if kind == "map":
            return {
                self._read("string", data): self._read(schema["values"], data, namespace)
                for count in data.blocks()
                for _ in range(count)
            }
        if kind in ("int", "long"):
            number = data.long()
            micros = isinstance(schema, dict) and schema.get("logicalType") == "timestamp-micros"
            return EPOCH + timedelta(microseconds=number) if micros else number
        if kind == "float":
            return struct.unpack("<f", data.take(4))[0]
        if kind == "double":
            return struct.unpack("<d", data.take(8))[0]
        if kind == "boolean":
            return data.take(1) != b"\0"
        if kind == "string":
            return data.take(data.long()).decode()
        if kind == "bytes":
            return data.take(data.long())
        if kind == "null":
            return None
        return self._read(kind, data, namespace)


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self.at = 0

    def take(self, length: int) -> bytes:
        if not 0 <= length <= len(self._data) - self.at:
            raise IndexError("it ends too early")
        self.at += length
        return self._data[self.at - length : self.at]

    def long(self) -> int:
        number = shift = 0
        while True:
            byte = self.take(1)[0]
            number |= (byte & 0x7F) << shift
            if not byte & 0x80:
                return (number >> 1) ^ -(number & 1)
            shift += 7
            if shift > 63:
                raise IndexError("a number is too long")

    def blocks(self) -> Any:
        """The counts of the blocks of an array or a map."""
        while True:
            count = self.long()
            if count == 0:
                return
            if count < 0:
                count = -count
                self.long()  # the size of the block
            if count > len(self._data):
                raise IndexError(f"there are no {count} items")
            yield count


def _index(index: int, items: list[Any]) -> int:
    if not 0 <= index < len(items):
        raise IndexError(f"there is no choice {index}")
    return index


def _write_long(number: int, out: bytearray) -> None:
    number = (number << 1) ^ (number >> 63)
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)


def _full_name(name: str, namespace: str) -> str:
    return name if "." in name or not namespace else f"{namespace}.{name}"


def _quoted(text: str) -> str:
    return f'"{text}"'
