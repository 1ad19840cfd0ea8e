package dev.residua.scoring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.causal.ScoredFrame;
import dev.residua.frame.Frame;
import dev.residua.frame.PixelFormat;
import dev.residua.model.BadBundleException;
import dev.residua.model.RegistryRecord.Shadow;
import dev.residua.source.SourceRule;
import dev.residua.testing.Bundles;
import dev.residua.testing.ModelsInMemory;
import dev.residua.wire.FrameReader;
import dev.residua.wire.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

class ShadowLoopTest {
  private static final Instant NOW = Instant.parse("2026-05-01T10:00:00Z");

  /**
   * 20,000 runs at a rate of 0.1: the share has a standard deviation of 0.0021, so that a fair
   * choice is outside 0.09 to 0.11 less than once in 100,000 times.
   */
  @Test
  void shouldChooseTheShareThatIsAskedForInWholeRuns() {
    // Given
    int runs = 20_000;
    int chosen = 0;
    int partitions = 4;
    // When
    for (int run = 0; run < runs; run++) {
      long first = (long) run / partitions * ShadowLoop.RUN;
      boolean all = ShadowLoop.chosen(run % partitions, first, 0.1);
      for (int i = 1; i < ShadowLoop.RUN; i++) {
        assertThat(ShadowLoop.chosen(run % partitions, first + i, 0.1)).isEqualTo(all);
      }
      chosen += all ? 1 : 0;
    }
    // Then
    assertThat(chosen / (double) runs).isBetween(0.09, 0.11);
    assertThat(ShadowLoop.chosen(3, 12_345, 1)).as("everything at rate 1").isTrue();
  }

  @Test
  void shouldChooseMoreAtAHigherRateAndKeepWhatItChose() {
    for (int run = 0; run < 2_000; run++) {
      if (ShadowLoop.chosen(0, (long) run * ShadowLoop.RUN, 0.2)) {
        assertThat(ShadowLoop.chosen(0, (long) run * ShadowLoop.RUN, 0.5)).isTrue();
      }
    }
  }

  private static byte[] frame(String source, int sequence) {
    return FrameReader.write(
        new Frame(source, sequence, NOW, 8, 8, PixelFormat.RGB8, new byte[192], Map.of()));
  }

  @Test
  void shouldScoreTheFramesOfEachSceneWithItsChallenger() {
    // Given challengers in two of three scenes, one of which cannot be used
    ModelsInMemory store = new ModelsInMemory();
    store.add(Bundles.empty("one"));
    store.add(Bundles.empty("bad"));
    store.write(
        new Shadow("line-1", "one", 1, NOW, NOW.plusSeconds(60)),
        new Shadow("line-2", "bad", 1, NOW, NOW.plusSeconds(60)));
    List<String> open = new ArrayList<>();
    Topics topics = new Topics("residua.");
    MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("latest");
    MockProducer<byte[], byte[]> producer =
        new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer());
    ShadowLoop loop =
        new ShadowLoop(
            () -> consumer,
            () -> producer,
            topics,
            source ->
                SourceRule.of("lines", "line-*")
                    .with(rule -> rule.scene(source.substring(0, 6)).revision(3)),
            store,
            bundle -> {
              if (bundle.id().equals("bad")) {
                throw new BadBundleException("it fails its self-test");
              }
              open.add(bundle.id());
              return Bundles.scoringModel(bundle.id(), () -> open.remove(bundle.id()));
            },
            ScoringSettings.defaults("shadow", "1"),
            Clock.fixed(NOW, ZoneOffset.UTC),
            () -> {});
    TopicPartition partition = new TopicPartition(topics.frames().name(), 0);
    consumer.schedulePollTask(
        () -> {
          consumer.updateEndOffsets(Map.of(partition, 0L));
          consumer.rebalance(List.of(partition));
        });
    consumer.schedulePollTask(
        () -> {
          for (int i = 0; i < 90; i++) {
            String source = "line-" + (1 + i % 3) + "/cam";
            consumer.addRecord(
                new ConsumerRecord<>(
                    partition.topic(),
                    0,
                    i,
                    source.getBytes(StandardCharsets.UTF_8),
                    frame(source, i)));
          }
        });
    consumer.schedulePollTask(loop::stop);
    // When
    loop.run();
    // Then
    List<ScoredFrame> scores =
        producer.history().stream().map(r -> topics.shadowScores().read(r.value())).toList();
    assertThat(scores).hasSize(30).extracting(ScoredFrame::sequence).isSorted();
    assertThat(scores)
        .allSatisfy(score -> assertThat(score.scene()).isEqualTo("line-1"))
        .allSatisfy(score -> assertThat(score.rule()).isEqualTo("lines/3"))
        .allSatisfy(score -> assertThat(score.modelId()).isEqualTo("one"));
    assertThat(open).as("closed at the end").isEmpty();
  }
}
