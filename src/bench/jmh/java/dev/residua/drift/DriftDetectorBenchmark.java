package dev.residua.drift;

import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Updates a second of the drift detector as it ships, on one thread. */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class DriftDetectorBenchmark {
  private static final int SAMPLES = 4096;

  @Param({"4", "20"})
  public int latents;

  /** As it ships, or 128 features of one kernel at seven scales and nothing else. */
  @Param({"DEFAULTS", "KERNEL_128"})
  public String charts;

  private final float[][] samples = new float[SAMPLES][];
  private DriftDetector detector;
  private DriftReading reading;
  private int next;

  @Setup
  public void calibrate() {
    Random random = new Random(1);
    double[][] reference = new double[1_000][latents];
    for (double[] row : reference) {
      for (int k = 0; k < latents; k++) {
        row[k] = random.nextGaussian();
      }
    }
    for (int i = 0; i < SAMPLES; i++) {
      samples[i] = new float[latents];
      for (int k = 0; k < latents; k++) {
        samples[i][k] = (float) random.nextGaussian();
      }
    }
    DriftSettings settings =
        charts.equals("DEFAULTS")
            ? DriftSettings.DEFAULTS
            : new DriftSettings(
                new int[] {1, 2, 4, 8, 16, 32, 64},
                new double[] {1},
                128,
                false,
                false,
                false,
                false,
                new int[0],
                100_000,
                50,
                512);
    detector =
        new DriftDetector(
            DriftReference.calibrate(reference, settings.withSimulation(50, 512), 1, done -> {}));
    reading = detector.newReading();
  }

  /** Walks through the samples: what the harness itself costs. */
  @Benchmark
  public float baseline() {
    return samples[next++ & (SAMPLES - 1)][0];
  }

  @Benchmark
  public float update() {
    detector.update(samples[next++ & (SAMPLES - 1)], reading);
    return reading.statistic();
  }
}
