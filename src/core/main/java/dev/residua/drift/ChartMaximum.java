package dev.residua.drift;

/** The maximum over all charts and scales, each in units of its own null tail. For one thread. */
final class ChartMaximum {
  private final int[] scales;
  private final int[] memories;
  private final int charts;
  private final int plainCharts;
  private final float[] starts; // [charts][scales], then [plain charts][memories]
  private final float[] inverseExcesses;
  private final float[] values;
  private final float cap;

  /**
   * @param cap slow charts are shrunk so that none exceeds this, for they would take long to come
   *     back from a large fault
   */
  ChartMaximum(DriftSettings settings, float[] starts, float[] excesses, float cap) {
    this.scales = settings.scales();
    this.memories = settings.memories();
    this.charts = settings.charts();
    this.plainCharts = settings.plainCharts();
    this.starts = starts;
    this.inverseExcesses = new float[excesses.length];
    for (int i = 0; i < excesses.length; i++) {
      inverseExcesses[i] = 1 / excesses[i];
    }
    this.values = new float[charts];
    this.cap = cap;
  }

  /** Evaluates every chart; scales longer than the stream so far are skipped. */
  void read(WindowSums sums, SlowCharts slow, DriftReading into) {
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
    for (int m = 0; m < memories.length; m++) {
      if (slow.values(m, values)) {
        slow(m, slow, into);
      }
    }
  }

  private void slow(int m, SlowCharts slow, DriftReading into) {
    float shrink = 1;
    for (int c = 0; c < plainCharts; c++) {
      int cell = charts * scales.length + c * memories.length + m;
      float value = (values[c] - starts[cell]) * inverseExcesses[cell];
      if (value > cap) {
        float most = starts[cell] + cap / inverseExcesses[cell];
        shrink = Math.min(shrink, (float) Math.sqrt(most / values[c]));
        value = cap;
      }
      if (value > into.statistic) {
        into.statistic = value;
        into.scaleIndex = scales.length - 1;
        into.scale = Math.min(memories[m], scales[scales.length - 1]);
        into.memoryIndex = m;
        into.chart = charts + c * memories.length + m;
      }
      into.slow = Math.max(into.slow, value);
    }
    if (shrink < 1) {
      slow.shrink(m, shrink);
    }
  }
}
