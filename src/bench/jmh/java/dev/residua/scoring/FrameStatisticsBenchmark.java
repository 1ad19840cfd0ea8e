package dev.residua.scoring;

import dev.residua.anomaly.AnomalyCalibration;
import dev.residua.anomaly.AppearanceMeter;
import dev.residua.anomaly.AppearanceReference;
import dev.residua.causal.FrameStatistics;
import dev.residua.frame.CameraMotion;
import dev.residua.frame.CameraRegistration;
import dev.residua.frame.ImageShape;
import dev.residua.frame.PixelMask;
import dev.residua.frame.SensorMeter;
import dev.residua.frame.SensorReadings;
import dev.residua.model.BadBundleException;
import dev.residua.model.ModelBundle;
import dev.residua.simulation.Scenario;
import dev.residua.simulation.ScenarioStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
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

/** Microseconds per frame of the statistics around the network, with the shipped model. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class FrameStatisticsBenchmark {
  private static final int FRAMES = 512;

  /** Standard deviation of the camera's noise, in grey levels. */
  @Param({"0", "3"})
  public double noise;

  private ImageShape shape;
  private byte[] pixels;
  private float[] residuals;
  private SensorMeter sensor;
  private AppearanceMeter appearance;
  private CameraRegistration registration;
  private AnomalyCalibration calibration;
  private int next;

  @Setup
  public void draw() throws IOException, BadBundleException {
    ModelBundle bundle =
        ModelBundle.read(Path.of("src/app/main/resources/models/pendulum.residua"));
    shape = bundle.manifest().image();
    sensor = new SensorMeter(shape);
    appearance =
        new AppearanceMeter(AppearanceReference.fromBytes(bundle.entry(ModelBundle.APPEARANCE)));
    registration = new CameraRegistration(shape, bundle.network().meanPicture());
    calibration = AnomalyCalibration.fromBytes(bundle.entry(ModelBundle.ANOMALY_CALIBRATION));
    Random random = new Random(1);
    pixels = new byte[FRAMES * shape.size()];
    ScenarioStream stream = new ScenarioStream(Scenario.shipped("demo"), shape);
    for (int i = 0; i < FRAMES; i++) {
      stream.next(pixels, i * shape.size());
    }
    for (int i = 0; i < pixels.length; i++) {
      long value = (pixels[i] & 0xFF) + Math.round(noise * random.nextGaussian());
      pixels[i] = (byte) Math.max(0, Math.min(255, value));
    }
    int d = calibration.latents();
    residuals = new float[FRAMES * d];
    for (int i = 0; i < residuals.length; i++) {
      residuals[i] =
          (float) (calibration.location(i % d) + calibration.scale(i % d) * random.nextGaussian());
    }
  }

  private int frame() {
    return next++ & (FRAMES - 1);
  }

  @Benchmark
  public SensorReadings sensor() {
    return sensor.measure(pixels, frame() * shape.size());
  }

  @Benchmark
  public float staticPixels() {
    return appearance.deviation(pixels, frame() * shape.size(), PixelMask.NONE);
  }

  /** Of one frame; scoring estimates it on one in eight. */
  @Benchmark
  public @Nullable CameraMotion motion() {
    return registration.estimate(pixels, frame() * shape.size());
  }

  @Benchmark
  public FrameStatistics pValues() {
    return calibration.statistics(residuals, frame() * calibration.latents(), 0.01f);
  }
}
