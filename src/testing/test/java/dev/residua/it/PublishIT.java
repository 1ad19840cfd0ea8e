package dev.residua.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.dataset.DatasetWriter;
import dev.residua.frame.FrameLimits;
import dev.residua.frame.ImageShape;
import dev.residua.testing.CommandRun;
import dev.residua.testing.TestBroker;
import dev.residua.testing.TopicReader;
import dev.residua.wire.FrameReader;
import dev.residua.wire.Topics;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Capture times of published frames. */
class PublishIT {
  private static final Topics TOPICS = new Topics(Topics.DEFAULT_PREFIX);
  private static final ImageShape SHAPE = new ImageShape(8, 8, 1);

  @TempDir Path directory;

  private static List<ConsumerRecord<byte[], byte[]>> read(TopicReader<byte[], byte[]> topic) {
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    topic.readToEnd(records::add);
    return records;
  }

  private String store(String name, List<String> columns, String... cells) throws Exception {
    Path folder = directory.resolve(name);
    try (DatasetWriter writer =
        new DatasetWriter(
            folder,
            SHAPE,
            columns,
            new DatasetWriter.Description(name, List.of(), null, Map.of()),
            false,
            false)) {
      for (String cell : cells) {
        writer.write(new byte[SHAPE.size()], 0, List.of(cell));
      }
      writer.finish();
    }
    return folder.toString();
  }

  @Test
  void shouldKeepTheTimesOfADataSetIfAsked() throws Exception {
    // Given
    String timed =
        store("timed", List.of("residua.time"), "100", "100.5", "101", "160", "160.25", "160.5");
    try (TestBroker kafka = TestBroker.start(TOPICS, 1)) {
      // When
      Instant begin = Instant.now();
      CommandRun run = CommandRun.against(kafka.clients(), "publish", "--data", timed, "--times");

      // Then
      assertThat(run.exit()).as(run.output()).isZero();
      List<Instant> times = new ArrayList<>();
      FrameReader reader = new FrameReader(FrameLimits.DEFAULTS);
      try (TopicReader<byte[], byte[]> topic =
          new TopicReader<>(kafka.clients().follower(TOPICS.frames()), TOPICS.frames().name())) {
        for (ConsumerRecord<byte[], byte[]> record : read(topic)) {
          times.add(reader.read(record).frame().capturedAt());
        }
      }
      assertThat(times.get(5)).isBetween(begin.minusMillis(1), Instant.now());
      assertThat(times)
          .extracting(time -> Duration.between(times.get(0), time).toMillis())
          .containsExactly(0L, 500L, 1_000L, 60_000L, 60_250L, 60_500L);
    }
  }

  @Test
  void shouldRefuseToInventTimes() throws Exception {
    // Given
    String independent = store("independent", List.of("x"), "1", "2", "3");
    try (TestBroker kafka = TestBroker.start(TOPICS, 1)) {
      // When
      CommandRun run =
          CommandRun.against(kafka.clients(), "publish", "--data", independent, "--times");
      CommandRun folder =
          CommandRun.against(kafka.clients(), "publish", "--data", directory.toString(), "--times");

      // Then
      assertThat(run.exit()).isEqualTo(1);
      assertThat(run.output())
          .contains(
              "--times needs a sequence: in %s, frames are independent (no times)"
                  .formatted(independent));
      assertThat(folder.exit()).isEqualTo(1);
      assertThat(folder.output())
          .contains("--times is for a data set, and %s is not one".formatted(directory));
      assertThat(TopicReader.values(kafka.clients(), TOPICS.frames())).isEmpty();
    }
  }
}
