package dev.residua.report;

import dev.residua.training.TrainingLosses;
import java.awt.Color;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.internal.chartpart.Chart;
import org.knowm.xchart.style.AxesChartStyler;
import org.knowm.xchart.style.lines.SeriesLines;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** The charts of a report, as PNG files. */
final class Charts {
  static final int WIDTH = 460;
  static final int WIDE = 2 * WIDTH;
  static final int HEIGHT = 300;
  private static final int TICK_PIXELS = 60;
  private static final Color[] COLOURS = {
    new Color(0x1f5fa8), new Color(0xc2571a), new Color(0x2e7d4f), new Color(0x7a4aa0),
    new Color(0xa8861f), new Color(0x3a8f9e), new Color(0x9e3a5e), new Color(0x555555),
  };

  private Charts() {}

  /** Losses over the training, logarithmic; values at or below 0 are left out. */
  static byte[] losses(List<TrainingLosses> losses) {
    XYChart chart =
        new XYChartBuilder()
            .width(WIDE)
            .height(HEIGHT)
            .title("losses")
            .xAxisTitle("share of the training")
            .build();
    chart.getStyler().setYAxisLogarithmic(true).setMarkerSize(0);
    // Whole tenths at the ticks.
    chart.getStyler().setXAxisMin(0.0).setXAxisMax(1.0);
    style(chart.getStyler());
    line(chart, "reconstruction", losses, Loss.RECONSTRUCTION);
    line(chart, "labels", losses, Loss.LABEL);
    line(chart, "held pairs", losses, Loss.HELD);
    line(chart, "answers", losses, Loss.ORDER);
    line(chart, "swapped", losses, Loss.SWAP);
    line(chart, "residual mmd", losses, Loss.MMD);
    if (chart.getSeriesMap().isEmpty()) {
      // A logarithmic axis needs a value.
      chart.getStyler().setYAxisLogarithmic(false);
    }
    return png(chart);
  }

  private enum Loss {
    RECONSTRUCTION,
    LABEL,
    HELD,
    ORDER,
    SWAP,
    MMD;

    double of(TrainingLosses losses) {
      return switch (this) {
        case RECONSTRUCTION -> losses.reconstruction();
        case LABEL -> losses.label();
        case HELD -> losses.held();
        case ORDER -> losses.order();
        case SWAP -> losses.swap();
        case MMD -> losses.mmd();
      };
    }
  }

  private static void line(XYChart chart, String name, List<TrainingLosses> losses, Loss loss) {
    List<Double> x = new ArrayList<>();
    List<Double> y = new ArrayList<>();
    for (int i = 0; i < losses.size(); i++) {
      double value = loss.of(losses.get(i));
      if (value > 0) {
        x.add((i + 1.0) / losses.size());
        y.add(value);
      }
    }
    if (!x.isEmpty()) {
      chart.addSeries(name, x, y).setMarker(SeriesMarkers.NONE);
    }
  }

  /**
   * Histogram of standardised residuals from -5 to 5; larger ones count at the ends, NaN is
   * ignored.
   */
  static byte[] histogram(String latent, double[] values) {
    int bins = 40;
    double[] count = new double[bins];
    int known = 0;
    for (double value : values) {
      if (Double.isNaN(value)) {
        continue;
      }
      known++;
      int bin = (int) Math.floor((value + 5) / 10 * bins);
      count[Math.max(0, Math.min(bins - 1, bin))]++;
    }
    // a step ends at the begin of the next, so the last one is given twice
    double[] edges = new double[bins + 1];
    double[] share = new double[bins + 1];
    for (int b = 0; b <= bins; b++) {
      edges[b] = -5 + b * 10.0 / bins;
      share[b] = count[Math.min(b, bins - 1)] / Math.max(1, known);
    }
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title("residual of " + latent)
            .xAxisTitle("standard deviations")
            .yAxisTitle("share of frames")
            .build();
    chart.getStyler().setDefaultSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.StepArea);
    style(chart.getStyler());
    chart.getStyler().setLegendVisible(false);
    chart.addSeries("residual", edges, share).setMarker(SeriesMarkers.NONE);
    return png(chart);
  }

  /**
   * Empirical distribution of the p-values of every channel; uniform ones are on the diagonal.
   *
   * @param highest level at the right end, in (0, 1]
   */
  static byte[] calibration(Map<String, double[]> pValues, double highest) {
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(highest < 1 ? "p-values up to " + highest : "calibration of p-values")
            .xAxisTitle("level")
            .yAxisTitle("share of frames at or below")
            .build();
    chart.getStyler().setMarkerSize(0);
    style(chart.getStyler());
    int points = 100;
    double[] x = new double[points + 1];
    Arrays.setAll(x, k -> highest * k / points);
    pValues.forEach(
        (channel, values) -> {
          double[] sorted = Arrays.stream(values).filter(p -> !Double.isNaN(p)).sorted().toArray();
          double[] y = new double[points + 1];
          for (int k = 0, at = 0; k <= points; k++) {
            while (at < sorted.length && sorted[at] <= x[k]) {
              at++;
            }
            y[k] = (double) at / Math.max(1, sorted.length);
          }
          chart.addSeries(channel, x, y).setMarker(SeriesMarkers.NONE);
        });
    XYSeries diagonal =
        chart.addSeries("promised", new double[] {0, highest}, new double[] {0, highest});
    diagonal.setMarker(SeriesMarkers.NONE);
    diagonal.setLineStyle(SeriesLines.DASH_DASH);
    diagonal.setLineColor(Color.BLACK);
    return png(chart);
  }

  private static void style(AxesChartStyler styler) {
    styler.setXAxisTickMarkSpacingHint(TICK_PIXELS);
    styler.setXAxisDecimalPattern("0.####");
    styler.setChartBackgroundColor(Color.WHITE);
    styler.setSeriesColors(COLOURS);
    styler.setChartTitleBoxVisible(false);
    styler.setPlotBorderVisible(false);
    styler.setLegendBorderColor(Color.WHITE);
  }

  private static byte[] png(Chart<?, ?> chart) {
    try {
      return BitmapEncoder.getBitmapBytes(chart, BitmapEncoder.BitmapFormat.PNG);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
