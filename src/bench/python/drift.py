"""A plain online drift statistic: squared MMD of a moving window to a reference, with random Fourier
features of a Gaussian kernel."""

import numpy as np

FEATURES = 64  # cosines, and as many sines
REFERENCE = 1000  # first residuals, of all sources, that are taken for normal
SEED = 20261


class OnlineMmd:
    """Statistics of many sources; a batch at a time."""

    def __init__(self, dimensions, windows=(32, 128)):
        rng = np.random.default_rng(SEED)
        self.directions = rng.standard_normal((dimensions, FEATURES)).astype(np.float32)
        self.windows = windows
        self.longest = max(windows)
        self.seen = []
        self.scale = None
        self.frequencies = None
        self.mean = None
        self.sums = {}  # by source: the last sums of centred features, [longest + 1, 2 FEATURES]

    def _features(self, residuals):
        angles = residuals @ self.frequencies
        return np.concatenate((np.cos(angles), np.sin(angles)), axis=1) * FEATURES**-0.5

    def _learn(self, residuals):
        self.seen.append(residuals)
        if sum(map(len, self.seen)) < REFERENCE:
            return False
        known = np.concatenate(self.seen)
        deviation = known.std(axis=0) + 1e-6
        # standardised, with a length scale of the root of the number of dimensions
        self.frequencies = self.directions / deviation[:, None] / known.shape[1] ** 0.5
        self.mean = self._features(known).mean(axis=0)
        self.seen = []
        return True

    def next(self, sources, residuals):
        """Takes the next residuals.

        sources: name by row, in order within each; residuals: [n, d] float32.
        Returns one statistic a row and window, [n, windows]; 0 while the reference is being learnt.
        """
        statistics = np.zeros((len(sources), len(self.windows)), np.float32)
        if self.mean is None:
            self._learn(residuals)
            return statistics
        centred = self._features(residuals) - self.mean
        rows_of = {}
        for row, source in enumerate(sources):
            rows_of.setdefault(source, []).append(row)
        for source, rows in rows_of.items():
            before = self.sums.get(source)
            if before is None:
                before = np.zeros((self.longest + 1, centred.shape[1]), np.float32)
            after = np.cumsum(centred[rows], axis=0)
            after += before[-1]
            sums = np.concatenate((before, after))
            first = self.longest + 1
            for column, window in enumerate(self.windows):
                moved = sums[first:] - sums[first - window : len(sums) - window]
                statistics[rows, column] = np.einsum("ij,ij->i", moved, moved) / window
            last = sums[-first:]
            self.sums[source] = last - last[0]  # sums stay small, differences are what counts
        return statistics
