"""python3 -m unittest discover -s src/bench/python; needs nothing but Python."""

import pathlib
import unittest

import wire

ROOT = pathlib.Path(__file__).resolve().parents[3]
GOLDEN = ROOT / "src" / "testing" / "test" / "resources" / "golden" / "Frame-v1.bin"


class ReadFrameTest(unittest.TestCase):
    def setUp(self):
        self.record = GOLDEN.read_bytes()

    def test_reads_the_frame_that_the_java_tests_keep(self):
        # When
        frame = wire.read_frame(self.record)

        # Then: the values of GoldenRecordsTest
        self.assertEqual(("cam1", 42), (frame.source, frame.sequence))
        self.assertEqual(1_772_366_400_123_456, frame.captured_at)  # 2026-03-01T12:00:00.123456Z
        self.assertEqual((2, 1, wire.RGB8), (frame.width, frame.height, frame.format))
        pixels = self.record[frame.offset : frame.offset + frame.length]
        self.assertEqual(bytes([0, 127, 255, 1, 2, 3]), pixels)

    def test_reads_numbers_of_every_length(self):
        # Given: zig-zag encodings from the Avro specification, and the two extremes
        cases = {
            "00": 0,
            "01": -1,
            "02": 1,
            "7f": -64,
            "8001": 64,
            "feffffffffffffffff01": 2**63 - 1,
            "ffffffffffffffffff01": -(2**63),
        }
        for encoded, number in cases.items():
            with self.subTest(encoded):
                value = bytes.fromhex(encoded)

                # When
                read = wire.read_long(value, 0)

                # Then
                self.assertEqual((number, len(value)), read)

    def test_refuses_a_record_that_is_cut_off_wherever_it_is_cut(self):
        # The attributes after the pixels are not read.
        pixels_end = self.record.index(bytes([0, 127, 255, 1, 2, 3])) + 6
        for length in range(pixels_end):
            with self.subTest(length):
                with self.assertRaises(wire.BadFrame):
                    wire.read_frame(self.record[:length])

    def test_refuses_another_schema_and_names_it(self):
        # Given
        record = self.record[:2] + bytes(8) + self.record[10:]

        # When, Then
        with self.assertRaisesRegex(wire.BadFrame, "c3010000000000000000.*expected c301e4d8"):
            wire.read_frame(record)

    def with_format(self, number):
        at = self.record.index(bytes([0, 127, 255, 1, 2, 3])) - 2
        return self.record[:at] + bytes([2 * number]) + self.record[at + 1 :]

    def test_reads_a_file_of_any_length(self):
        for number in wire.FILES:
            with self.subTest(number):
                # When
                frame = wire.read_frame(self.with_format(number))

                # Then
                self.assertEqual((number, 6), (frame.format, frame.length))

    def test_refuses_other_formats(self):
        # Given: format 5, WebP
        record = self.with_format(5)

        # When, Then
        with self.assertRaisesRegex(wire.BadFrame, "format 5 is no raw pixels"):
            wire.read_frame(record)


if __name__ == "__main__":
    unittest.main()
