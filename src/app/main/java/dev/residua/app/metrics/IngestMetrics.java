package dev.residua.app.metrics;

import dev.residua.app.kafka.FrameSender;
import dev.residua.frame.Frame;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts events of the cameras of this process; no label names a camera. */
public final class IngestMetrics implements FrameSender.Listener {
  private final Clock clock;
  private final Counter sent;
  private final Counter dropped;
  private final Counter failed;
  private final Counter unredacted;
  private final Counter reconnects;
  private final Timer lag;
  private final AtomicInteger cameras = new AtomicInteger();
  private final AtomicInteger connected = new AtomicInteger();
  private final AtomicInteger ignored = new AtomicInteger();

  /**
   * @param clock for the time since capture
   */
  public IngestMetrics(MeterRegistry meters, Clock clock) {
    this.clock = clock;
    this.sent =
        Meters.counter(meters, "residua.ingest.frames", "Frames of cameras that Kafka has stored");
    this.dropped =
        Meters.counter(
            meters,
            "residua.ingest.dropped",
            "Frames of cameras that were replaced by newer ones before they could be sent");
    this.failed =
        Meters.counter(
            meters, "residua.ingest.failed", "Frames of cameras that Kafka has not stored");
    this.unredacted =
        Meters.counter(
            meters,
            "residua.ingest.unredacted",
            "Frames of cameras that were not sent, since they could not be redacted");
    this.reconnects =
        Meters.counter(
            meters,
            "residua.ingest.reconnects",
            "Connections to cameras that failed or broke, after which another is made");
    this.lag =
        Timer.builder("residua.ingest.lag")
            .description("Time from the capture of a frame until Kafka has stored it")
            .register(meters);
    Meters.gauge(meters, "residua.ingest.cameras", "Cameras that this process reads", cameras::get);
    Meters.gauge(
        meters,
        "residua.ingest.connected",
        "Cameras of this process that are connected and have sent a picture",
        connected::get);
    Meters.gauge(
        meters,
        "residua.ingest.ignored",
        "Cameras of rules that this process cannot read: too many, or without their credentials",
        ignored::get);
  }

  @Override
  public void sent(Frame frame) {
    sent.increment();
    Duration since = Duration.between(frame.capturedAt(), clock.instant());
    lag.record(since.isNegative() ? Duration.ZERO : since);
  }

  @Override
  public void dropped() {
    dropped.increment();
  }

  @Override
  public void failed(Frame frame, String reason) {
    failed.increment();
  }

  /** A camera was connected, or is no longer. */
  public void connected(boolean now) {
    connected.addAndGet(now ? 1 : -1);
  }

  /** A frame could not be redacted. */
  public void unredacted() {
    unredacted.increment();
  }

  /** A connection failed or broke. */
  public void reconnects() {
    reconnects.increment();
  }

  /**
   * Sets the numbers of cameras.
   *
   * @param running that are read
   * @param notRead that rules have, but that cannot be read here
   */
  public void cameras(int running, int notRead) {
    cameras.set(running);
    ignored.set(notRead);
  }
}
