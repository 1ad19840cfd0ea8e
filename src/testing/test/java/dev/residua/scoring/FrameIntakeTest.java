package dev.residua.scoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.residua.anomaly.AnomalyCalibration;
import dev.residua.anomaly.AppearanceReference;
import dev.residua.anomaly.ReconstructionPlan;
import dev.residua.causal.ScoredFrame;
import dev.residua.causal.Variables;
import dev.residua.frame.Frame;
import dev.residua.frame.FrameLimits;
import dev.residua.frame.FrameTiming;
import dev.residua.frame.ImageShape;
import dev.residua.frame.PixelFormat;
import dev.residua.frame.PixelMask;
import dev.residua.frame.RejectedFrameException;
import dev.residua.frame.RejectedFrameException.Reason;
import dev.residua.runtime.FrameBatch;
import dev.residua.runtime.ScoringModel;
import dev.residua.source.SourceRule;
import dev.residua.testing.TestEngine;
import dev.residua.wire.FrameReader;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

class FrameIntakeTest {
  private static final ImageShape SHAPE = new ImageShape(2, 2, 1);
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
  private static final byte[] PIXELS = {1, 2, 3, 4};

  private final Clock clock = Clock.fixed(NOW, ZoneOffset.UTC);
  private final FrameIntake intake =
      FrameIntake.stored(new FrameReader(FrameLimits.DEFAULTS), ReferenceSettings.NONE, clock);
  private final FrameBatch batch =
      new FrameBatch(
          new ScoringModel(
              "model-1",
              "ab12",
              List.of(),
              TestEngine.zeros(SHAPE, 2),
              Variables.NONE,
              AnomalyCalibration.fit(new float[400], 2, new float[200], new float[200]),
              AppearanceReference.builder(SHAPE).build(),
              PixelMask.NONE,
              new float[SHAPE.size()],
              null,
              0),
          FrameLimits.DEFAULTS,
          ReconstructionPlan.EVERY_FRAME,
          3,
          clock,
          Stages.NONE);

  private static ConsumerRecord<byte[], byte[]> record(
      long sequence, byte[] data, Map<String, String> attributes) {
    Frame frame = new Frame("cam1", sequence, NOW, 2, 2, PixelFormat.GRAY8, data, attributes);
    byte[] key = "cam1".getBytes(StandardCharsets.UTF_8);
    return new ConsumerRecord<>("frames", 0, sequence, key, FrameReader.write(frame));
  }

  private Reason refusal(ConsumerRecord<byte[], byte[]> record) {
    RejectedFrameException why =
        catchThrowableOfType(
            RejectedFrameException.class,
            () -> intake.admit("cam1", record, SourceRule.DEFAULTS, batch));
    assertThat(why).as("the frame was accepted").isNotNull();
    return why.reason();
  }

  @Test
  void shouldRefuseADuplicateWithoutDecodingOrFetchingIt() throws Exception {
    // Given
    intake.admit("cam1", record(7, PIXELS, Map.of()), SourceRule.DEFAULTS, batch);
    // When
    Reason undecodable = refusal(record(7, new byte[] {1}, Map.of()));
    Reason unreachable =
        refusal(record(7, new byte[0], Map.of(ReferencedFrames.REFERENCE, "file:///nowhere")));
    // Then
    assertThat(List.of(undecodable, unreachable)).containsOnly(Reason.DUPLICATE);
    assertThat(batch.score()).hasSize(1);
  }

  @Test
  void shouldAcceptAFrameThatIsSentAgainAfterItsPictureWasDamaged() throws Exception {
    // Given
    Reason damaged = refusal(record(7, new byte[] {1}, Map.of()));
    // When
    intake.admit("cam1", record(7, PIXELS, Map.of()), SourceRule.DEFAULTS, batch);
    // Then
    assertThat(damaged).isEqualTo(Reason.DIMENSIONS);
    assertThat(batch.score()).extracting(ScoredFrame::timing).containsExactly(FrameTiming.ON_TIME);
  }

  @Test
  void shouldHoldAFullBatchUntilItIsScored() throws Exception {
    // Given
    for (int i = 0; i < 3; i++) {
      assertThat(batch.isFull()).isFalse();
      intake.admit("cam1", record(i, PIXELS, Map.of()), SourceRule.DEFAULTS, batch);
    }
    // When
    boolean full = batch.isFull();
    List<ScoredFrame> scores = batch.score();
    // Then
    assertThat(full).isTrue();
    assertThat(scores).extracting(ScoredFrame::sequence).containsExactly(0L, 1L, 2L);
    assertThat(batch.isFull()).isFalse();
    assertThat(batch.score()).isEmpty();
  }
}
