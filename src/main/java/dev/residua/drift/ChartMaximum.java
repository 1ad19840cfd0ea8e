package dev.residua.drift;

/** The maximum over all charts and scales, each in units of its own null tail. For one thread. */
final class ChartMaximum {
  private final int[] scales;
  private final int charts;
  private final float[] starts; // [charts][scales]
  private final float[] inverseExcesses;
  private final float[] values;

  ChartMaximum(DriftSettings settings, float[] starts, float[] excesses) {
    this.scales = settings.scales();
    this.charts = settings.charts();
    this.starts = starts;
    this.inverseExcesses = new float[excesses.length];
    for (int i = 0; i < excesses.length; i++) {
      inverseExcesses[i] = 1 / excesses[i];
    }
    this.values = new float[charts];
  }

  /** Evaluates every chart; scales longer than the stream so far are skipped. */
  void read(WindowSums sums, DriftReading into) {
    into.clear();
    into.samples = sums.count();
    for (int s = 0; s < scales.length; s++) {
      if (!sums.values(s, values, 0)) {
        break;
      }
      float largest = 0;
      for (int c = 0; c < charts; c++) {
        int cell = c * scales.length + s;
        float value = (values[c] - starts[cell]) * inverseExcesses[cell];
        if (value > largest) {
          largest = value;
          if (value > into.statistic) {
            into.statistic = value;
            into.scaleIndex = s;
            into.scale = scales[s];
            into.chart = c;
          }
        }
      }
      into.perScale[s] = largest;
    }
  }
}
