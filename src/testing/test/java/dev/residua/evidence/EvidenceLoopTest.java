package dev.residua.evidence;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.causal.CausalGraph;
import dev.residua.causal.LatentDecoder;
import dev.residua.causal.Variables;
import dev.residua.decoding.Stabilizer;
import dev.residua.evidence.EvidenceListener.Result;
import dev.residua.frame.CameraRegistration;
import dev.residua.frame.Frame;
import dev.residua.frame.FrameLimits;
import dev.residua.frame.FramePosition;
import dev.residua.frame.ImageShape;
import dev.residua.frame.PixelFormat;
import dev.residua.frame.PixelMask;
import dev.residua.incident.Incident.State;
import dev.residua.incident.IncidentEvidence;
import dev.residua.incident.IncidentEvidence.Kind;
import dev.residua.incident.IncidentFrame;
import dev.residua.incident.Subject;
import dev.residua.model.BadBundleException;
import dev.residua.model.ModelBundle;
import dev.residua.model.ModelRegistry;
import dev.residua.model.ModelStore;
import dev.residua.scoring.FrameLookup;
import dev.residua.scoring.ReferenceSettings;
import dev.residua.scoring.ReferencedFrames;
import dev.residua.source.SourceRule;
import dev.residua.testing.Bundles;
import dev.residua.testing.Incidents;
import dev.residua.testing.TestEngine;
import dev.residua.wire.FrameReader;
import dev.residua.wire.RecordReader;
import dev.residua.wire.Topics;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

class EvidenceLoopTest {
  private static final Topics TOPICS = new Topics(Topics.DEFAULT_PREFIX);
  private static final TopicPartition INCIDENTS = new TopicPartition(TOPICS.incidents().name(), 0);
  private static final ImageShape SHAPE = new ImageShape(8, 8, 3);
  private static final int FIRST_STORED = 5;
  private static final int STORED = 20;

  private final List<Result> results = new ArrayList<>();
  private final List<String> open = new ArrayList<>();
  private MockProducer<byte[], byte[]> producer = producer();
  private ImageShape shape = SHAPE;
  private int unreachable;
  private int mostOpen;
  private MockConsumer<byte[], byte[]> member = new MockConsumer<>("earliest");

  /** A partition of frames of which the first ones are removed. */
  private static final class StoredFrames extends MockConsumer<byte[], byte[]> {
    private final ImageShape shape;
    private long position;

    StoredFrames(ImageShape shape) {
      super("earliest");
      this.shape = shape;
    }

    @Override
    public List<PartitionInfo> partitionsFor(String topic) {
      return List.of(new PartitionInfo(topic, 0, null, null, null));
    }

    @Override
    public Map<TopicPartition, Long> beginningOffsets(Collection<TopicPartition> partitions) {
      return Map.of(partitions.iterator().next(), (long) FIRST_STORED);
    }

    @Override
    public Map<TopicPartition, Long> endOffsets(Collection<TopicPartition> partitions) {
      return Map.of(partitions.iterator().next(), (long) STORED);
    }

    @Override
    public void seek(TopicPartition partition, long offset) {
      position = offset;
    }

    @Override
    public ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
      TopicPartition partition = assignment().iterator().next();
      byte[] pixels = new byte[shape.size()];
      new SplittableRandom(position).nextBytes(pixels);
      Frame frame =
          new Frame(
              "cam1",
              100 + position,
              Instant.ofEpochSecond(position),
              shape.width(),
              shape.height(),
              PixelFormat.RGB8,
              pixels,
              Map.of());
      ConsumerRecord<byte[], byte[]> record =
          new ConsumerRecord<>(
              partition.topic(),
              0,
              position,
              "cam1".getBytes(StandardCharsets.UTF_8),
              FrameReader.write(frame));
      return new ConsumerRecords<>(Map.of(partition, List.of(record)), Map.of());
    }
  }

  private static MockProducer<byte[], byte[]> producer() {
    return new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer());
  }

  private FrameLookup frames() {
    FrameLimits limits = new FrameLimits(16 << 20, 4_096, 50_000_000);
    return new FrameLookup(
        new RecordReader(new StoredFrames(shape), TOPICS.frames().name(), "frame"),
        new FrameReader(limits, Optional.empty()),
        new ReferencedFrames(ReferenceSettings.NONE),
        limits,
        source -> SourceRule.DEFAULTS);
  }

  /** Has every model whose name begins with "model". */
  private ModelStore store() {
    return new ModelStore() {
      @Override
      public ModelRegistry registry() {
        return ModelRegistry.EMPTY;
      }

      @Override
      public ModelRegistry refreshed() {
        return ModelRegistry.EMPTY;
      }

      @Override
      public ModelBundle bundle(String modelId) throws BadBundleException, IOException {
        if (unreachable > 0) {
          unreachable--;
          throw new IOException("the store does not answer");
        }
        if (!modelId.startsWith("model")) {
          throw new BadBundleException("the registry has no model " + modelId);
        }
        return Bundles.empty(modelId);
      }

      @Override
      public Runnable onChange(Runnable changed) {
        return () -> {};
      }
    };
  }

  /** Its pictures are as bright as its id is long, in hundredths. */
  private EvidenceModel model(ModelBundle bundle) {
    open.add(bundle.id());
    mostOpen = Math.max(mostOpen, open.size());
    ImageShape image = shape;
    return new EvidenceModel(
        CausalGraph.of(
            List.of("light", "shadow_length"), new boolean[][] {{false, true}, {false, false}}),
        Variables.NONE,
        new TestEngine(
            image,
            2,
            (pixels, offset, code) -> {
              code[0] = 1;
              code[1] = 2;
              return 0;
            }) {
          @Override
          public void close() {
            open.remove(bundle.id());
          }
        }.scorer(),
        new LatentDecoder() {
          @Override
          public ImageShape imageShape() {
            return image;
          }

          @Override
          public int latents() {
            return 2;
          }

          @Override
          public float[] decode(float[] latents, int n) {
            float[] pictures = new float[n * image.size()];
            SplittableRandom random = new SplittableRandom(bundle.id().length());
            for (int i = 0; i < pictures.length; i++) {
              pictures[i] = (float) random.nextDouble();
            }
            return pictures;
          }

          @Override
          public void close() {}
        },
        new Stabilizer(new CameraRegistration(image, new float[image.size()]), PixelMask.NONE));
  }

  private EvidenceLoop loop(int wanted) {
    List<EvidenceLoop> self = new ArrayList<>();
    EvidenceLoop loop =
        new EvidenceLoop(
            () -> member,
            () -> producer = producer(),
            this::frames,
            () -> new EvidenceModels(store(), this::model),
            TOPICS,
            new EvidenceListener() {
              @Override
              public void progressed() {}

              @Override
              public void done(Result result) {
                results.add(result);
                if (results.size() == wanted) {
                  self.get(0).stop();
                }
              }
            },
            Duration.ofMillis(1));
    self.add(loop);
    return loop;
  }

  private void arrive(byte[]... values) {
    MockConsumer<byte[], byte[]> to = member;
    to.schedulePollTask(
        () -> {
          to.rebalance(List.of(INCIDENTS));
          to.updateBeginningOffsets(Map.of(INCIDENTS, 0L));
          for (int i = 0; i < values.length; i++) {
            to.addRecord(new ConsumerRecord<>(INCIDENTS.topic(), 0, i, new byte[0], values[i]));
          }
        });
  }

  private static byte[] incident(Consumer<Incidents> changes) {
    return TOPICS.incidents().write(Incidents.with(changes));
  }

  private static IncidentFrame at(long offset, String modelId) {
    return new IncidentFrame(new FramePosition(TOPICS.frames().name(), 0, offset), modelId, "ab12");
  }

  /** The evidence that was stored, the last of each incident. */
  private Map<String, IncidentEvidence> stored() {
    Map<String, IncidentEvidence> stored = new TreeMap<>();
    producer
        .history()
        .forEach(
            record ->
                stored.put(
                    new String(record.key(), StandardCharsets.UTF_8),
                    TOPICS.evidence().read(record.value())));
    return stored;
  }

  @Test
  void shouldStoreEvidenceWhenAnIncidentOpensAndWhenItsSubjectIsKnown() {
    // Given an incident that opens, goes on, is diagnosed, gets worse and ends
    arrive(
        incident(
            i -> {
              i.subject = Subject.UNDETERMINED;
              i.frame = at(6, "model-1");
            }),
        incident(
            i -> {
              i.subject = Subject.UNDETERMINED;
              i.state = State.UPDATED;
              i.frame = at(7, "model-1");
            }),
        incident(
            i -> {
              i.state = State.UPDATED;
              i.frame = at(8, "model-1");
            }),
        incident(
            i -> {
              i.state = State.ESCALATED;
              i.frame = at(9, "model-2");
            }),
        TOPICS.incidents().write(Incidents.resolved()),
        null,
        incident(i -> i.id = "the last"));

    // When
    loop(3).run();

    // Then
    assertThat(results).containsOnly(Result.STORED);
    assertThat(producer.history()).hasSize(3);
    IncidentEvidence first = TOPICS.evidence().read(producer.history().get(0).value());
    assertThat(first.subject()).isEqualTo(Subject.UNDETERMINED);
    assertThat(first.frame()).isEqualTo(at(6, "model-1"));
    IncidentEvidence last = stored().get("incident-1");
    assertThat(last.subject()).isEqualTo(Subject.latent("shadow_length", false));
    assertThat(last.frame()).isEqualTo(at(8, "model-1"));
    assertThat(last.sequence()).isEqualTo(108);
    assertThat(last.capturedAt()).isEqualTo(Instant.ofEpochSecond(8));
    assertThat(last.pictures()).containsOnlyKeys(Kind.values());
  }

  @Test
  void shouldStoreNothingOfSilenceAndOfIncidentsWithoutAFrame() {
    // Given
    arrive(
        incident(
            i -> {
              i.id = "silent";
              i.subject = Subject.SILENCE;
            }),
        incident(
            i -> {
              i.id = "no frame";
              i.frame = null;
            }),
        incident(i -> i.id = "the last"));

    // When
    loop(1).run();

    // Then
    assertThat(stored()).containsOnlyKeys("the last");
  }

  @Test
  void shouldSkipWhatCannotBeDrawnAndGoOn() {
    // Given
    String frames = TOPICS.frames().name();
    arrive(
        incident(i -> i.frame = at(4, "model-1")), // removed
        incident(i -> i.frame = at(Long.MAX_VALUE, "model-1")),
        incident(
            i ->
                i.frame =
                    new IncidentFrame(
                        new FramePosition(frames, Integer.MAX_VALUE, 6), "model-1", "ab12")),
        incident(
            i ->
                i.frame =
                    new IncidentFrame(new FramePosition("passwords", 0, 6), "model-1", "ab12")),
        incident(i -> i.source = "cam2"),
        incident(i -> i.frame = at(6, "no such model")),
        incident(i -> i.frame = at(6, "no such model")),
        new byte[] {1, 2, 3},
        incident(i -> i.id = "the last"));

    // When
    loop(9).run();

    // Then
    assertThat(results)
        .containsExactly(
            Result.FRAME_MISSING,
            Result.FRAME_MISSING,
            Result.FRAME_MISSING,
            Result.FRAME_MISSING,
            Result.FRAME_MISSING,
            Result.MODEL_MISSING,
            Result.MODEL_MISSING,
            Result.UNREADABLE,
            Result.STORED);
    assertThat(stored()).containsOnlyKeys("the last");
  }

  @Test
  void shouldAskAgainForAModelAndGiveUpAfterSomeTime() {
    // Given a store that does not answer five times: three for the first incident
    unreachable = 5;
    arrive(incident(i -> i.id = "given up"), incident(i -> i.id = "asked again"));

    // When
    loop(2).run();

    // Then
    assertThat(results).containsExactly(Result.UNAVAILABLE, Result.STORED);
    assertThat(stored()).containsOnlyKeys("asked again");
  }

  @Test
  void shouldSkipPicturesThatAreTooLargeForARecord() {
    // Given noise of a megapixel, which does not compress
    shape = new ImageShape(1_024, 1_024, 3);
    arrive(
        incident(i -> {}),
        incident(
            i -> {
              i.id = "small";
              i.subject = new Subject(Subject.Kind.SENSOR, "torn");
            }));

    // When
    loop(2).run();

    // Then
    assertThat(results).containsExactly(Result.TOO_LARGE, Result.STORED);
    assertThat(stored().get("small").pictures()).containsOnlyKeys(Kind.FRAME);
  }

  @Test
  void shouldKeepFewModelsOpenAndCloseThemAll() {
    // Given
    byte[][] values = new byte[9][];
    for (int k = 0; k < values.length; k++) {
      String name = "incident of " + k;
      String model = "model-" + k;
      values[k] =
          incident(
              i -> {
                i.id = name;
                i.frame = at(6, model);
              });
    }
    arrive(values);

    // When
    loop(values.length).run();

    // Then
    assertThat(results).hasSize(values.length).containsOnly(Result.STORED);
    assertThat(mostOpen).isEqualTo(EvidenceModels.KEPT + 1); // the next one, before the last
    assertThat(open).isEmpty();
  }

  @Test
  void shouldStartAgainWhenKafkaDoesNotAnswer() {
    // Given
    MockConsumer<byte[], byte[]> away = member;
    away.schedulePollTask(
        () -> {
          member = new MockConsumer<>("earliest");
          arrive(incident(i -> i.id = "the last"));
        });
    away.setPollException(new KafkaException("nobody answers"));

    // When
    loop(1).run();

    // Then
    assertThat(stored()).containsOnlyKeys("the last");
  }
}
