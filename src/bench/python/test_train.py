"""python3 -m unittest discover -s src/bench/python; needs nothing but Python."""

import unittest

import train


class LearningRateTest(unittest.TestCase):
    def test_warms_up_stays_and_declines_to_a_fiftieth(self):
        cases = {0: 0.02, 4: 0.1, 24: 0.5, 49: 1, 200: 1, 298: 1, 649: 0.51, 999: 0.02}
        for step, rate in cases.items():
            with self.subTest(step):
                self.assertAlmostEqual(rate, train.learning_rate(1, step, 1000), delta=1e-3)

    def test_a_single_step_is_the_last_one(self):
        # When the product's step is repeated, both move by this
        self.assertAlmostEqual(3e-5, train.learning_rate(1.5e-3, 0, 1))


class CooledTest(unittest.TestCase):
    def test_falls_to_a_tenth_after_three_quarters(self):
        self.assertEqual(1, train.cooled(0))
        self.assertAlmostEqual(0.1, train.cooled(0.75))
        self.assertAlmostEqual(0.1, train.cooled(1))


class FeederTest(unittest.TestCase):
    def test_takes_every_frame_once_before_any_twice(self):
        # Given
        feeder = train.Feeder.__new__(train.Feeder)
        orders = iter([[2, 0, 1], [1, 2, 0], [0, 1, 2]])

        class Random:
            def permutation(self, count):
                class Order:
                    def tolist(self):
                        return next(orders)

                return Order()

        feeder.random = Random()
        # When
        left = []
        taken = feeder.take(left, 4, 3) + feeder.take(left, 2, 3)
        # Then
        self.assertEqual([0, 1, 2], sorted(taken[:3]))
        self.assertEqual([0, 1, 2], sorted(taken[3:]))


if __name__ == "__main__":
    unittest.main()
